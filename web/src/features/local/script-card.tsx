import { useRef, type KeyboardEvent, type ReactNode } from "react";
import type { ComponentType, LocalComponent, LocalExecutable } from "@/api/local-schema.ts";
import { applyRecord, type ExecutionState } from "@/features/execution/execution-state.ts";
import type { ExecutionFeed } from "@/features/execution/execution-feed.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useOutputSearch } from "@/features/execution/output-search-field.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { BlockCard } from "./block-card.tsx";
import { isBroken } from "./components.ts";
import { leftBy, written } from "./left.ts";
import { typedNow, useGiven, useLocal, useRuns } from "./local-context.ts";
import { missingOf, waitsFor } from "./missing.ts";
import { OutputTable } from "./output-table.tsx";
import { messageOf, scriptVerdict, statusLooks, statusOf } from "./script-status.ts";
import { usePreview, type Preview } from "./use-preview.ts";
import { Words } from "./words.tsx";

const verbs: Partial<Record<ComponentType, string>> = { check: "Check", git_clone: "Clone" };
const titles: Partial<Record<ComponentType, string>> = { git_clone: "Clone a repository", git_pull_request: "Open a pull request" };

/** A Check, a Command or what else runs a script: its script, and below it what its last execution wrote and left. */
export function ScriptCard({ component, verb = verbs[component.type] ?? "Run", children }: { component: LocalComponent; verb?: string; children: ReactNode }) {
  const desk = useLocal();
  const runs = useRuns();
  const { given, inputs } = useGiven(component);
  const near = useRef<HTMLDivElement>(null);
  const preview = usePreview(component, inputs, near);
  const feed = runs.feeds.get(component.id) ?? null;
  const following = useFeed(feed);
  // What the server told of an execution counts before its events have come.
  const state = feed && following ? applyRecord(following, feed.execution) : null;
  const { id, executable } = component;
  const missing = isBroken(component) ? [] : missingOf(component, given, preview.data);
  const status = statusOf(state, executable?.mayWarn ?? false, missing);
  const isLive = status === "running";
  const canRun = executable && !isBroken(component) && missing.length === 0;
  const message = messageOf(component, status);
  const refusal = runs.refusals.get(id);
  const run = () => desk.whenTrusted(() => void runs.run(component, desk.runbook.mode, typedNow(desk, component)));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (canRun && !isLive) run();
  };
  return (
    <BlockCard component={component} title={titles[component.type] ?? id} given={given} look={statusLooks[status]} isBusy={isLive} onKeyDown={onKeyDown}>
      {children}
      <div ref={near}>{executable ? <Script component={component} executable={executable} preview={preview} /> : null}</div>
      <DriftWords component={component} />
      {missing.length > 0 && !isLive ? <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{waitsFor(missing)}</p> : null}
      {refusal === undefined ? null : (
        <p role="alert" className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] break-words text-failure">
          {refusal}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-2.5">
        {isLive ? (
          <Button size="small" icon="stop" busy={state?.phase === "stopping"} aria-label={`Stop ${id}`} onClick={() => void runs.stop(id)}>
            {state?.phase === "stopping" ? "Stopping" : "Stop"}
          </Button>
        ) : (
          <Button size="small" look="primary" icon="play" busy={runs.pending.has(id)} disabled={!canRun} aria-label={`${verb} ${id}`} title="Ctrl+Enter" onClick={run}>
            {verb}
          </Button>
        )}
        {message === null ? null : (
          <span role="status" className={`min-w-0 flex-1 text-sm break-words ${statusLooks[status].text}`}>
            <Words text={message} given={given} />
          </span>
        )}
      </div>
      {feed && following && executable ? <Log feed={feed} state={following} name={id} executable={executable} /> : null}
      <OutputTable name={id} outputs={runs.outputs[id] ?? {}} />
      {following ? <LeftFiles state={following} /> : null}
    </BlockCard>
  );
}

/** A longer script than this is read by whoever wants to. */
const openLines = 12;

function Script({ component, executable, preview }: { component: LocalComponent; executable: LocalExecutable; preview: Preview }) {
  const text = preview.data?.text ?? executable.script;
  const lines = text.trimEnd().split("\n").length;
  const label = `Script of ${component.id}`;
  const about = [executable.path, executable.interpreter, lines > 1 ? `${lines} lines` : null].filter((it) => it !== null && it !== "");
  const problems = [...(preview.data?.problems ?? []), ...(preview.error ? [preview.error.message] : [])];
  return (
    <div className="relative border-t border-line bg-sunken">
      <div className="absolute top-1 right-2">
        <CopyButton label={`Copy script of ${component.id}`} text={() => text} />
      </div>
      <details open={lines <= openLines}>
        <summary className="cursor-pointer truncate py-2.5 pr-12 pl-4 font-mono text-xs text-ink-faint select-none">{about.join(" · ")}</summary>
        <div className="max-h-[30rem] overflow-auto">
          <Code text={text.trimEnd()} language={executable.language ?? shellOf(executable.interpreter)} label={label} />
        </div>
      </details>
      {problems.map((it) => (
        <p key={it} className="border-t border-line px-4 py-2.5 text-[0.8125rem] break-words text-failure">
          {it}
        </p>
      ))}
    </div>
  );
}

function shellOf(interpreter: string): string {
  const program = interpreter.split(/[\s/]+/).findLast((it) => it !== "" && !it.startsWith("-")) ?? "bash";
  return program.startsWith("python") ? "python" : program.startsWith("node") ? "javascript" : "bash";
}

/** What the disk has where that is not what runs. */
function DriftWords({ component: { id } }: { component: LocalComponent }) {
  const { runbook } = useLocal();
  const drift = runbook.drift.items.find((it) => it.componentId === id);
  if (!drift || runbook.mode === "watch") return null;
  const words = {
    added: "This block is new on the disk. It runs once you have approved the document again.",
    changed: "This script has changed on the disk. What runs is the one that was approved.",
    gone: "This block is no longer on the disk. What runs is the one that was approved.",
  }[drift.kind];
  return <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{words}</p>;
}

interface LogProps {
  feed: ExecutionFeed;
  state: ExecutionState;
  name: string;
  executable: LocalExecutable;
}

function Log({ feed, state, name, executable: { mayWarn, timeoutMs } }: LogProps) {
  const shown = written(state);
  const { field, found } = useOutputSearch(shown, `Search the log of ${name}`);
  return (
    <details open className="border-t border-line">
      <summary className="cursor-pointer px-4 py-2.5 text-[0.8125rem] font-medium text-ink-soft select-none">Log</summary>
      {shown.parts.some((it) => it.kind === "text" && it.buffer.lineCount > 1) ? <div className="flex justify-end px-2 pb-2">{field}</div> : null}
      <OutputPanel feed={feed} state={shown} name={name} timeoutMs={timeoutMs} judge={(ending) => scriptVerdict(ending, mayWarn, timeoutMs)} found={found} />
    </details>
  );
}

function LeftFiles({ state }: { state: ExecutionState }) {
  const files = leftBy(state)?.files ?? [];
  if (files.length === 0) return null;
  return (
    <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft">
      {files.length === 1 ? `Left the file ${files[0]}.` : `Left ${files.length.toLocaleString("en")} files.`}
    </p>
  );
}
