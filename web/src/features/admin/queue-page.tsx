import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Queue, Worker } from "@/api/schema.ts";
import { duration } from "@/features/execution/outcome.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { ListCard, ListEmpty, ListFailure } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { AdminFrame } from "./admin-frame.tsx";
import { queueQuery } from "./admin-queries.ts";
import { lineOf, withSample, type Sample } from "./queue-history.ts";

/** How full the queue is, how long jobs wait, how fast they end, and who takes them. */
export function QueuePage() {
  return (
    <AdminFrame title="Queue" words="The jobs of everybody, and the workers that take them. The figures renew themselves.">
      <Dashboard />
    </AdminFrame>
  );
}

function Dashboard() {
  const queue = useQuery(queueQuery);
  const [history, setHistory] = useState<readonly Sample[]>([]);
  if (queue.data && history.at(-1)?.at !== queue.dataUpdatedAt) setHistory(withSample(history, queue.data, queue.dataUpdatedAt));
  if (queue.isPending) {
    return (
      <div role="status">
        <span className="sr-only">Loading the queue</span>
        <Skeleton className="h-32 w-full rounded-xl" />
      </div>
    );
  }
  if (!queue.data) return <ListFailure error={queue.error} busy={queue.isFetching} onRetry={() => void queue.refetch()} />;
  const active = queue.data.workers.filter((it) => it.state === "active").length;
  return (
    <div className="space-y-8">
      {queue.isError ? <ListFailure error={queue.error} busy={queue.isFetching} onRetry={() => void queue.refetch()} /> : null}
      {active === 0 ? <Notice tone="warning">No worker takes jobs at the moment. They are kept, and start as soon as one joins.</Notice> : null}
      <Figures queue={queue.data} history={history} />
      <States queue={queue.data} />
      <section aria-labelledby="workers">
        <h2 id="workers" className="mb-3 text-lg font-semibold tracking-[-0.02em]">
          Workers
        </h2>
        {queue.data.workers.length === 0 ? <ListEmpty>No worker has joined yet.</ListEmpty> : null}
        {queue.data.workers.length > 0 ? (
          <ListCard>
            {queue.data.workers.map((worker) => (
              <WorkerRow key={worker.id} worker={worker} />
            ))}
          </ListCard>
        ) : null}
      </section>
    </div>
  );
}

function Figures({ queue, history }: { queue: Queue; history: readonly Sample[] }) {
  const figures = [
    ["Depth", String(queue.ready), "jobs a worker may take", history.map((it) => it.depth)],
    ["Longest wait", queue.ready === 0 ? "none" : duration(queue.oldest_ms), "of those that are due", history.map((it) => it.waitMs)],
    ["Throughput", String(queue.ended_last_minute), "jobs ended in the last minute", history.map((it) => it.ended)],
  ] as const;
  return (
    <ul className="grid gap-4 sm:grid-cols-3">
      {figures.map(([name, value, words, values]) => (
        <li key={name} className="overflow-hidden rounded-xl border border-line bg-surface pt-3.5 shadow-card">
          <h2 className="px-4 text-[0.8125rem] text-ink-faint">{name}</h2>
          <p className="px-4">
            <span className="block text-2xl font-semibold tracking-[-0.02em] text-ink tabular-nums">{value}</span>
            <span className="text-[0.8125rem] text-ink-faint">{words}</span>
          </p>
          <svg viewBox="0 -2 100 104" preserveAspectRatio="none" aria-hidden="true" className="mt-3 mb-2 block h-10 w-full text-accent">
            <polyline points={lineOf(values)} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
          </svg>
        </li>
      ))}
    </ul>
  );
}

function States({ queue }: { queue: Queue }) {
  const states = [
    ["running", queue.running],
    ["taken, about to start", queue.leased],
    ["ready", queue.ready],
    ["held by a limit or a key", queue.held],
    ["scheduled for later", queue.scheduled],
    ["waiting for other jobs", queue.waiting],
  ] as const;
  return (
    <section aria-labelledby="states" className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <h2 id="states" className="mb-3 text-sm font-medium text-ink">
        Jobs that have not ended
      </h2>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3">
        {states.map(([name, count]) => (
          <div key={name} className="flex flex-col-reverse">
            <dt className="text-[0.8125rem] text-ink-faint">{name}</dt>
            <dd className="text-lg font-medium text-ink tabular-nums">{count.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const states: Record<Worker["state"], string> = {
  active: "bg-success-soft text-success",
  draining: "bg-warning-soft text-warning",
  gone: "bg-line/70 text-ink-soft",
};

function WorkerRow({ worker }: { worker: Worker }) {
  const used = worker.slots - worker.free;
  return (
    <li className="px-5 py-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 font-medium break-all text-ink">{worker.host}</span>
        <span data-state={worker.state} className={`rounded-full px-2 py-0.5 text-xs font-medium ${states[worker.state]}`}>
          {worker.state}
        </span>
        <span className="text-[0.8125rem] text-ink-soft tabular-nums">
          {used} of {worker.slots} slots in use
        </span>
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span>{worker.backends.join(", ") || "no backend"}</span>
        <span>{worker.runtimes.join(", ") || "no languages"}</span>
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span>version {worker.version}</span>
        <span>
          seen <TimeAgo at={worker.seen_at} />
        </span>
        <span>
          started <TimeAgo at={worker.started_at} />
        </span>
        <code className="font-mono text-xs break-all">{worker.id}</code>
      </p>
    </li>
  );
}
