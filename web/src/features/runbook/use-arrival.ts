import { useEffect } from "react";
import type { Runbook } from "@/api/schema.ts";
import { documentStart } from "./cells/split.ts";

/** How long a line is waited for: a document of a thousand blocks is whole by then. */
const maxFrames = 300;

/** Brings a line of the document into view for those who come from a search: its block, or what stands above it. */
export function useArrival(runbook: Pick<Runbook, "id" | "content" | "blocks">, line: number | null): void {
  const { id } = runbook;
  useEffect(() => {
    if (line === null) return;
    // A long document appears bit by bit: the line may not be there yet.
    let frames = maxFrames;
    let next = 0;
    const look = () => {
      const target = targetOf(document, runbook, line);
      frames -= 1;
      if (!target) {
        if (frames > 0) next = requestAnimationFrame(look);
        return;
      }
      target.scrollIntoView({ block: "start" });
      if (target.tabIndex < 0) target.tabIndex = -1;
      target.focus({ preventScroll: true });
    };
    look();
    return () => cancelAnimationFrame(next);
    // The line says where to arrive, once; the reader scrolls on from there while the document changes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, line]);
}

type Text = Pick<Runbook, "content" | "blocks">;

/** The block that a line is in, or the last heading above it. */
export function targetOf(page: ParentNode, { content, blocks }: Text, line: number): HTMLElement | null {
  const block = blocks.find((it) => it.line <= line && line <= it.end_line);
  if (block) return page.querySelector<HTMLElement>(`#line-${block.line}`);
  const lines = content.split("\n").slice(0, line);
  const start = documentStart(content).line;
  const isProse = (at: number) => at >= start && !blocks.some((it) => it.line <= at && at <= it.end_line);
  const above = lines.filter((text, at) => /^ {0,3}#{1,6}\s/.test(text) && isProse(at + 1)).length;
  const headings = page.querySelectorAll<HTMLElement>("article :is(h1, h2, h3, h4, h5, h6)");
  return headings[above - 1] ?? null;
}
