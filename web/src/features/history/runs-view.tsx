import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Block, PastExecution, Runbook } from "@/api/schema.ts";
import { configQuery } from "@/features/account/account-queries.ts";
import { OutcomeBadge } from "@/features/execution/outcome-badge.tsx";
import { duration, verdictOf } from "@/features/execution/outcome.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { filterIn, outcomes, searchOf, type HistoryFilter } from "./history-filter.ts";
import { historyQuery } from "./history-queries.ts";
import { keptWords } from "./kept-words.ts";
import { RunDetail } from "./run-detail.tsx";

/** Every run that is kept, the latest first; each opens to what ran and what it said. */
export function RunsView({ runbook }: { runbook: Runbook }) {
  const [search, setSearch] = useSearchParams();
  const filter = filterIn(search);
  const runs = useInfiniteQuery(historyQuery(runbook.id, filter));
  const config = useQuery(configQuery);
  const known = itemsOf(runs);
  const isNarrow = searchOf(filter).size > 0;
  const show = (changed: HistoryFilter) => setSearch(searchOf(changed), { replace: true, preventScrollReset: true });
  return (
    <>
      {known.length > 0 || isNarrow ? <FilterBar blocks={runbook.blocks} filter={filter} onChange={show} /> : null}
      <PagedList
        query={runs}
        loading="Loading the runs"
        failure="The runs could not be loaded"
        empty={
          isNarrow ? (
            <BlankSlate icon="question" title="No such runs" action={<Button onClick={() => show({ block: null, outcome: null })}>Show all runs</Button>}>
              None of the runs that are kept is as the filter says.
            </BlankSlate>
          ) : (
            <BlankSlate icon="history" title="Nothing has run yet">
              Each run of a block is kept here with the code that ran, what it ran on and what it said.
            </BlankSlate>
          )
        }
      >
        {(items) => (
          <ListCard>
            {items.map((run) => (
              <RunRow key={run.id} run={run} blocks={runbook.blocks} />
            ))}
          </ListCard>
        )}
      </PagedList>
      {config.data && known.length > 0 ? <p className="mt-6 text-center text-[0.8125rem] text-ink-faint">{keptWords(config.data)}</p> : null}
    </>
  );
}

function FilterBar({ blocks, filter, onChange }: { blocks: readonly Block[]; filter: HistoryFilter; onChange: (filter: HistoryFilter) => void }) {
  const runnable = blocks.filter((block) => block.runnable);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
      <div role="group" aria-label="How they ended" className="flex flex-wrap gap-1.5">
        {outcomes.map(([outcome, label]) => (
          <button
            key={outcome}
            type="button"
            aria-pressed={filter.outcome === outcome}
            onClick={() => onChange({ ...filter, outcome: filter.outcome === outcome ? null : outcome })}
            className="h-8 rounded-full border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink-soft transition-colors hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            {label}
          </button>
        ))}
      </div>
      <label className="flex min-w-0 items-center gap-2 text-[0.8125rem] text-ink-faint sm:ml-auto">
        Block
        <select
          value={filter.block ?? ""}
          onChange={(event) => onChange({ ...filter, block: event.target.value || null })}
          className="h-8 max-w-56 min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2 text-[0.8125rem] text-ink hover:border-line-strong"
        >
          <option value="">All blocks</option>
          {runnable.map((block) => (
            <option key={block.id} value={block.id}>
              {nameOf(block)}
            </option>
          ))}
          {filter.block && !runnable.some((block) => block.id === filter.block) ? <option value={filter.block}>A block that is gone</option> : null}
        </select>
      </label>
    </div>
  );
}

function RunRow({ run, blocks }: { run: PastExecution; blocks: readonly Block[] }) {
  const [open, setOpen] = useState(false);
  const current = blocks.find((block) => block.id === run.block) ?? null;
  const name = run.block_name ?? (current ? nameOf(current) : "A block that is gone");
  const at = new Date(run.created_at).toLocaleString();
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        aria-label={`Run of ${name}, ${at}`}
        onClick={() => setOpen(!open)}
        className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 px-5 py-3.5 text-left transition-colors hover:bg-sunken focus-visible:-outline-offset-2"
      >
        <Icon name="play" className={`size-3 text-ink-faint transition-transform ${open ? "rotate-90" : ""}`} />
        <span className="min-w-0 truncate font-medium text-ink">{name}</span>
        <Standing run={run} />
        {run.duration_ms === null ? null : <span className="text-[0.8125rem] text-ink-faint tabular-nums">{duration(run.duration_ms)}</span>}
        <span className="ml-auto text-[0.8125rem] text-ink-faint">
          {run.runtime} · <TimeAgo at={run.created_at} />
        </span>
      </button>
      {open ? <RunDetail run={run} name={name} current={current} /> : null}
    </li>
  );
}

function Standing({ run }: { run: PastExecution }) {
  if (run.outcome === null) return <span className="text-[0.8125rem] text-ink-soft">{run.state === "queued" ? "waiting" : "running"}</span>;
  const ending = { kind: "outcome" as const, outcome: run.outcome, exitCode: run.exit_code, signal: run.signal, durationMs: run.duration_ms, usage: null };
  return <OutcomeBadge verdict={verdictOf(ending, null)} />;
}

/** As the page of the runbook calls it. */
function nameOf(block: Block): string {
  return block.name ?? `Block ${(block.index ?? 0) + 1} (${block.language ?? "code"})`;
}
