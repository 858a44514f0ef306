import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Step } from "@/api/__generated__/agents.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { DiffPieces } from "@/ui/diff-view.tsx";
import { stepDiffQuery } from "./agent-queries.ts";
import { useSessionContext } from "./session-context.ts";
import { filesOf, linesOf, type DiffFile } from "./unified-diff.ts";

/** What a step changed, file by file. */
export function StepChanges({ step }: { step: Step }) {
  const [open, setOpen] = useState(false);
  if (step.commit === null) return null;
  return (
    <div className="mt-3">
      <Button size="small" icon="code" aria-expanded={open} aria-label={`Changes of step ${step.number}`} onClick={() => setOpen(!open)}>
        {open ? "Hide changes" : "Show changes"}
      </Button>
      {open ? <Changes step={step} /> : null}
    </div>
  );
}

function Changes({ step }: { step: Step }) {
  const { id } = useSessionContext();
  const diff = useQuery(stepDiffQuery(id, step.number, step.commit));
  if (diff.isPending) return <Skeleton className="mt-3 h-24 w-full rounded-lg" />;
  if (diff.isError) return <p className="mt-3 text-sm text-failure">{messageOf(diff.error)}</p>;
  const files = diff.data ? filesOf(diff.data.diff) : [];
  if (files.length === 0) return <p className="mt-3 text-sm text-ink-faint">It changed nothing.</p>;
  return (
    <>
      {files.map((file) => (
        <DiffPieces key={file.path} pieces={file.pieces} label={labelOf(file)} />
      ))}
      {diff.data?.truncated ? <p className="mt-1 text-xs text-ink-faint">More has changed than is shown.</p> : null}
    </>
  );
}

function labelOf(file: DiffFile): string {
  const { added, removed } = linesOf(file);
  return `${file.path}${file.note ? `, ${file.note}` : ""}${added + removed > 0 ? ` (+${added} −${removed})` : ""}`;
}
