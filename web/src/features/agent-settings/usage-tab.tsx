import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { UsageReport, UsageScope } from "@/api/__generated__/agents.ts";
import { cost, tokenCount } from "@/features/agent-session/amounts.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { ListEmpty, ListFailure } from "@/ui/list-card.tsx";
import { Select } from "@/ui/select.tsx";
import { usageQuery } from "./agent-settings-queries.ts";
import { MonthlyBudget } from "./monthly-budget.tsx";
import { UsageChart } from "./usage-chart.tsx";
import { SumTable, type SumRow } from "./usage-table.tsx";
import { useMayEdit } from "./use-may-edit.ts";

const times = [
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["90", "Last 90 days"],
  ["365", "Last 365 days"],
] as const;

const scopes = [
  ["MINE", "My sessions"],
  ["EVERYBODY", "Everybody's sessions"],
] as const;

/** How many sessions and people the server lists. */
const mostRows = 50;

/** What agents have asked of models, and what it cost. */
export function UsageTab() {
  const { administrator } = useMayEdit();
  const [days, setDays] = useState("30");
  const [whose, setWhose] = useState<UsageScope>("MINE");
  const usage = useQuery(usageQuery(Number(days), whose));
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <p className="min-w-0 flex-1 basis-72 text-sm text-pretty text-ink-faint">
          What agents have asked of models. A session is charged to whom it belongs; days are those of UTC.
        </p>
        <div className="flex flex-wrap gap-3">
          {administrator ? <Select label="Whose" value={whose} options={scopes} onChange={(event) => setWhose(event.target.value as UsageScope)} /> : null}
          <Select label="Time" value={days} options={times} onChange={(event) => setDays(event.target.value)} />
        </div>
      </div>
      {usage.isPending ? <UsageSkeleton /> : null}
      {usage.isError && !usage.data ? <ListFailure error={usage.error} busy={usage.isFetching} onRetry={() => void usage.refetch()} /> : null}
      {usage.data ? (
        <div aria-busy={usage.isPlaceholderData} className={usage.isPlaceholderData ? "opacity-60" : ""}>
          <Report report={usage.data} whose={whose} />
        </div>
      ) : null}
    </>
  );
}

function UsageSkeleton() {
  return (
    <div role="status" className="space-y-4">
      <span className="sr-only">Loading the usage</span>
      <Skeleton className="h-24 w-full rounded-xl" />
      <Skeleton className="h-48 w-full rounded-xl" />
    </div>
  );
}

function Report({ report, whose }: { report: UsageReport; whose: UsageScope }) {
  const models = report.models.map(({ model, sum }) => ({ key: model, name: <span className="font-mono">{model}</span>, sum }));
  const sessions = report.sessions.map(({ session, title, sum }) => ({ key: session, name: whose === "MINE" ? <SessionLink id={session} title={title} /> : title, sum }));
  const people = report.people.map(({ person, sum }) => ({ key: person.id, name: person.name, sum }));
  return (
    <div className="space-y-6">
      <MonthlyBudget report={report} />
      {report.total.requests === 0 ? (
        <ListEmpty>No agent has asked a model in this time.</ListEmpty>
      ) : (
        <>
          <Totals report={report} />
          <UsageChart report={report} />
          <Breakdown title="Models" name="Model" rows={models} />
          <Breakdown title="Sessions" name="Session" rows={sessions} most={mostRows} />
          {whose === "EVERYBODY" ? <Breakdown title="People" name="Person" rows={people} most={mostRows} /> : null}
        </>
      )}
    </div>
  );
}

function SessionLink({ id, title }: { id: string; title: string }) {
  return (
    <Link to={paths.agentSession(id)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
      {title}
    </Link>
  );
}

function Totals({ report: { total } }: { report: UsageReport }) {
  const figures = [
    ["Cost", cost(total.cost)],
    ["Requests", total.requests.toLocaleString("en")],
    ["Tokens in", tokenCount(total.inputTokens)],
    ["Tokens out", tokenCount(total.outputTokens)],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {figures.map(([name, value]) => (
        <div key={name} className="rounded-xl border border-line bg-surface px-4 py-3.5 shadow-card">
          <dt className="text-[0.8125rem] text-ink-faint">{name}</dt>
          <dd className="text-xl font-semibold tracking-[-0.02em] text-ink tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface BreakdownProps {
  title: string;
  name: string;
  rows: readonly SumRow[];
  /** As many as the server lists. */
  most?: number;
}

function Breakdown({ title, name, rows, most = Number.POSITIVE_INFINITY }: BreakdownProps) {
  return (
    <section>
      <h2 className="mb-2 text-[0.9375rem] font-semibold text-ink">{title}</h2>
      <div className="rounded-xl border border-line bg-surface px-4 py-2 shadow-card">
        <SumTable label={title} name={name} rows={rows} />
      </div>
      {rows.length >= most ? <p className="mt-2 text-[0.8125rem] text-ink-faint">The {most} that cost most.</p> : null}
    </section>
  );
}
