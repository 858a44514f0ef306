import { lazy, Suspense, useMemo } from "react";
import type { Runbook } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Announcer } from "./announcer.tsx";
import { DiagnosticList } from "./diagnostic-list.tsx";
import { RunbookContext } from "./runbook-context.ts";
import { RunbookDocument } from "./runbook-document.tsx";
import { RunbookHeader } from "./runbook-header.tsx";
import { useNewRunner } from "./use-runner.ts";

const SourceEditor = lazy(async () => ({ default: (await import("./source-editor.tsx")).SourceEditor }));

interface RunbookViewProps {
  runbook: Runbook;
  editing: boolean;
  /** Where the editor opens. */
  line: number | null;
}

export function RunbookView({ runbook, editing, line }: RunbookViewProps) {
  const runner = useNewRunner(runbook);
  const { blocks, diagnostics } = runbook;
  const context = useMemo(
    () => ({
      runner,
      diagnostics,
      byLine: new Map(blocks.map((block) => [block.line, block])),
      runnable: blocks.filter((block) => block.runnable),
    }),
    [runner, blocks, diagnostics],
  );
  return (
    <RunbookContext value={context}>
      <RunbookHeader runbook={runbook} editing={editing} />
      <Announcer blocks={context.runnable} session={runbook.session} />
      <main id="content" className={`mx-auto w-full flex-1 px-4 pt-8 pb-32 sm:px-6 ${editing ? "max-w-5xl" : "max-w-[50rem] sm:pt-12"}`}>
        {runbook.drifted ? (
          <Notice tone="warning" className="mb-8">
            The file on disk has changed since it was opened. Start Runbook again to read and run the new version.
          </Notice>
        ) : null}
        {editing ? (
          <Suspense fallback={<Skeleton className="h-[60vh] w-full rounded-xl" />}>
            <SourceEditor runbook={runbook} line={line} />
          </Suspense>
        ) : (
          <>
            <DiagnosticList runbook={runbook} />
            <RunbookDocument content={runbook.content} blocks={blocks} frontMatterLines={runbook.front_matter_lines} />
          </>
        )}
      </main>
    </RunbookContext>
  );
}
