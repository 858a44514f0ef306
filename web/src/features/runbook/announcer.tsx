import { useEffect, useRef, useState } from "react";
import type { Block, Session } from "@/api/schema.ts";
import { verdictOf } from "@/features/execution/outcome.ts";
import { wordsOf } from "@/features/session/session-status.ts";
import { nameOf } from "./block-words.ts";
import { useRunbookContext, useRunner } from "./runbook-context.ts";
import type { Runner } from "./runner.ts";

/** Tells screen readers what changes elsewhere on the page: the session, and how each block goes. */
export function Announcer({ blocks, session }: { blocks: readonly Block[]; session: Session | null }) {
  const { runner: of } = useRunbookContext();
  const runner = useRunner(of);
  const told = useRef<Map<string, string> | null>(null);
  const [news, setNews] = useState("");
  const { version } = runner;

  useEffect(() => {
    const now = statusOf(runner, blocks);
    const before = told.current;
    told.current = now;
    // What the page shows when it opens is no news.
    if (before === null) return;
    const changed = [...now].filter(([id, words]) => before.get(id) !== words).map(([, words]) => words);
    if (changed.length > 0) setNews(changed.join(". "));
    // The version stands for what the runner holds.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [runner, blocks, version]);

  return (
    <>
      <p role="status" className="sr-only">
        {news}
      </p>
      <p role="status" className="sr-only">
        {wordsOf(session)}
      </p>
    </>
  );
}

function statusOf(runner: Runner, blocks: readonly Block[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const block of blocks) {
    const state = runner.feeds.get(block.id)?.state;
    if (!state) continue;
    const how = state.ending ? verdictOf(state.ending, block.timeout_ms, undefined, block.expect).label : "running";
    words.set(block.id, `${nameOf(block)}: ${how}`);
  }
  return words;
}
