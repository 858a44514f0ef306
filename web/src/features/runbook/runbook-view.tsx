import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import type { Runbook, RuntimeName } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Announcer } from "./announcer.tsx";
import { DiagnosticList } from "./diagnostic-list.tsx";
import { RunbookContext } from "./runbook-context.ts";
import { RunbookDocument } from "./runbook-document.tsx";
import { RunbookHeader } from "./runbook-header.tsx";
import { runtimesQuery } from "./runbook-queries.ts";
import { useNewRunner } from "./use-runner.ts";

const SourceEditor = lazy(async () => ({ default: (await import("./source-editor.tsx")).SourceEditor }));

/** Until the server has said what is missing, every block may be tried. */
const none: ReadonlyMap<RuntimeName, string> = new Map();

interface RunbookViewProps {
  runbook: Runbook;
  editing: boolean;
  /** Where the editor opens. */
  line: number | null;
}

export function RunbookView({ runbook, editing, line }: RunbookViewProps) {
  const runner = useNewRunner(runbook);
  const { blocks, diagnostics } = runbook;
  const { data: missingRuntimes = none } = useQuery(runtimesQuery);
  const context = useMemo(
    () => ({
      runner,
      diagnostics,
      missingRuntimes,
      byLine: new Map(blocks.map((block) => [block.line, block])),
      runnable: blocks.filter((block) => block.runnable),
    }),
    [runner, blocks, diagnostics, missingRuntimes],
  );
  return (
    <RunbookContext value={context}>
      <RunbookHeader runbook={runbook} editing={editing} />
      <Announcer blocks={context.runnable} session={runbook.session} />
      <main id="content" className={`mx-auto w-full flex-1 px-4 pt-8 pb-32 sm:px-6 ${editing ? "max-w-5xl" : "max-w-[50rem] sm:pt-12"}`}>
        {runbook.drifted ? (
          <Notice tone="warning" className="mb-8">
            The file on disk has changed since it was opened. What you read and run here is the version from then; to
            get the new one, stop <code className="font-mono text-[0.8125rem]">runbook open</code> in its terminal and start it again.
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
