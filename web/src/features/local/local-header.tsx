import { useState } from "react";
import type { LocalMode, LocalRunbook } from "@/api/local-schema.ts";
import { applyRecord } from "@/features/execution/execution-state.ts";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { scriptsOf } from "./components.ts";
import { DryRunDialog } from "./dry-run-dialog.tsx";
import { useLocal, useRuns } from "./local-context.ts";
import { isDone, statusOf } from "./script-status.ts";

const modes: Record<LocalMode, { label: string; title: string }> = {
  open: { label: "open", title: "Only what was in the document when it was opened, or approved since, can run." },
  watch: { label: "watch", title: "The page follows the file, and what runs is read from the disk each time." },
  watch_registry: { label: "watch without reload", title: "The page follows the file, and what runs is what was approved." },
};

/** Stays in view: which document this is, where and how it runs, and how far one has come. */
export function LocalHeader({ runbook }: { runbook: LocalRunbook }) {
  const { components } = useLocal();
  const [isDry, setDry] = useState(false);
  const { mode, backend, path, source } = runbook;
  return (
    <section aria-label="About this runbook" className="top-0 z-20 border-b border-line sm:sticky bg-paper/92 backdrop-blur-md">
      <div className="mx-auto flex max-w-[100rem] flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 sm:px-6">
        <div className="min-w-0 flex-1 basis-60">
          <p className="truncate text-[0.9375rem] font-semibold tracking-[-0.012em]">{runbook.title || "Untitled runbook"}</p>
          <p className="flex items-center gap-1 text-xs text-ink-faint">
            <span className="min-w-0 truncate font-mono" title={path}>
              {source ? source.url : path}
            </span>
            {source ? (
              <span className="shrink-0 font-mono" title={`${source.reference}, commit ${source.commit}`}>
                @{source.commit.slice(0, 10)}
              </span>
            ) : null}
            <CopyButton label="Copy the path" text={() => path} />
          </p>
        </div>
        <span title={modes[mode].title} className="rounded-full bg-accent-soft px-2.5 py-0.5 text-xs font-medium text-accent">
          <span className="sr-only">Mode: </span>
          {modes[mode].label}
        </span>
        <span
          title={`Working directory: ${runbook.workingDir}`}
          className={`rounded-full px-2.5 py-0.5 text-xs font-medium ${backend.isolated ? "bg-success-soft text-success" : "bg-warning-soft text-warning"}`}
        >
          {backend.isolated ? `runs in a sandbox (${backend.name})` : "runs on this machine as you"}
        </span>
        <Progress />
        {scriptsOf(components).length > 0 ? (
          <Button size="small" icon="read" onClick={() => setDry(true)}>
            Dry run
          </Button>
        ) : null}
      </div>
      {isDry ? <DryRunDialog onClose={() => setDry(false)} /> : null}
    </section>
  );
}

function Progress() {
  const { components } = useLocal();
  const runs = useRuns();
  const scripts = scriptsOf(components).filter((it) => it.executable);
  if (scripts.length === 0) return null;
  const done = scripts.filter(({ id, executable }) => {
    const feed = runs.feeds.get(id);
    return feed && isDone(statusOf(applyRecord(feed.state, feed.execution), executable?.mayWarn ?? false, []));
  }).length;
  return (
    <span className="flex items-center gap-2 text-xs text-ink-soft tabular-nums">
      <progress aria-label="Progress through the runbook" className="h-1.5 w-20 accent-accent" max={scripts.length} value={done} />
      {done} of {scripts.length} done
    </span>
  );
}
