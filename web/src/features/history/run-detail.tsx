import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { executionLog } from "@/api/client.ts";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { Block, ExecutionOrigin, PastExecution } from "@/api/schema.ts";
import { ExecutionFeed } from "@/features/execution/execution-feed.ts";
import { duration, size } from "@/features/execution/outcome.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { buttonClass } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { Icon } from "@/ui/icon.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { originQuery } from "./history-queries.ts";

interface RunDetailProps {
  run: PastExecution;
  name: string;
  /** The block as it is now, if it is still there. */
  current: Block | null;
}

type View = "output" | "code" | "compare";

/** One run: what it said, the code that ran, and how that differs from the block of today. */
export function RunDetail({ run, name, current }: RunDetailProps) {
  const origin = useQuery(originQuery(run.id));
  const [view, setView] = useState<View>("output");
  const id = useId();
  const tabs = [
    { value: "output" as const, label: "Output" },
    { value: "code" as const, label: "Code" },
    ...(current ? [{ value: "compare" as const, label: "Compare with current code" }] : []),
  ];
  return (
    <section aria-label={`Details of ${name}`} className="border-t border-line bg-sunken/60 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Tabs label="Parts of this run" tabs={tabs} chosen={view} onChoose={setView} id={id} />
        <a href={executionLog(run.id)} download className={buttonClass("secondary", "small")}>
          <Icon name="download" />
          Download log
        </a>
      </div>
      <div {...panelOf(id, view)} className="mt-2 overflow-hidden rounded-xl border border-line bg-surface">
        {view === "output" ? <Output run={run} name={name} timeoutMs={origin.data?.timeout_ms ?? null} /> : null}
        {view === "output" ? null : origin.isPending ? <Skeleton className="m-4 h-24" /> : null}
        {view === "output" || origin.data || !origin.error ? null : (
          <p className="px-4 py-3 text-sm text-ink-faint">
            {hasStatus(origin.error, 404) ? "This run is from before code was kept with it." : messageOf(origin.error)}
          </p>
        )}
        {view === "code" && origin.data ? <Code text={origin.data.code} language={run.runtime} label={`Code of ${name} as it ran`} /> : null}
        {view === "compare" && origin.data && current ? (
          <div className="px-3 pb-3">
            <DiffView before={origin.data.code} after={current.code} label="From what ran to the block as it is now" />
          </div>
        ) : null}
      </div>
      {origin.data ? <Facts run={run} origin={origin.data} /> : null}
    </section>
  );
}

function Output({ run, name, timeoutMs }: { run: PastExecution; name: string; timeoutMs: number | null }) {
  const [feed, setFeed] = useState<ExecutionFeed | null>(null);
  useEffect(() => {
    const reading = new ExecutionFeed(run).start();
    // A feed that was closed shows nothing more, so that each showing has its own.
    // oxlint-disable-next-line react/set-state-in-effect
    setFeed(reading);
    return () => reading.close();
  }, [run]);
  const state = useFeed(feed);
  if (!feed || !state) return <Skeleton className="m-4 h-16" />;
  return (
    <div className="-mt-px">
      <OutputPanel feed={feed} state={state} name={name} timeoutMs={timeoutMs} />
    </div>
  );
}

/** What it ran on, and within which limits. */
function Facts({ run, origin }: { run: PastExecution; origin: ExecutionOrigin }) {
  const facts: [string, string][] = [
    ["Started", new Date(run.started_at ?? run.created_at).toLocaleString()],
    ["Runtime", `${run.runtime}${origin.runtime_version ? ` ${origin.runtime_version}` : ""}`],
    ["Version of the runbook", `${origin.revision}, line ${origin.line}`],
    ["Time limit", origin.timeout_ms === null ? "as long as its session" : duration(origin.timeout_ms)],
    ["Memory limit", size(origin.memory_bytes)],
    ["Output limit", size(origin.output_bytes)],
    ...(origin.inputs.length > 0 ? [["Given", origin.inputs.join(", ")] satisfies [string, string]] : []),
  ];
  return (
    <dl className="mt-3 grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-4 gap-y-2 px-1 text-[0.8125rem]">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-ink-faint">{name}</dt>
          <dd className="break-words text-ink-soft">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
