import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { JobDetail, NewJob } from "@/api/schema.ts";
import { duration, size } from "@/features/execution/outcome.ts";
import { paths } from "@/paths.ts";
import { Code } from "@/ui/code.tsx";
import { runbookChoicesQuery } from "./job-queries.ts";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** What was ordered, and what it took. */
export function JobFacts({ job }: { job: JobDetail }) {
  return (
    <section aria-labelledby="facts" className="min-w-0 rounded-xl border border-line bg-surface shadow-card">
      <h2 id="facts" className="px-4 pt-4 text-sm font-medium text-ink">
        What it runs
      </h2>
      <PayloadView order={job.order} />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 border-t border-line p-4 text-[0.8125rem]">
        {factsOf(job).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-faint">{name}</dt>
            <dd className="min-w-0 break-words text-ink">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function PayloadView({ order }: { order: NewJob }) {
  const { payload } = order;
  if ("command" in payload) {
    const text = typeof payload.command === "string" ? payload.command : JSON.stringify(payload.command);
    return <Code text={text} language={typeof payload.command === "string" ? "bash" : "json"} label="Command" />;
  }
  if ("code" in payload) {
    return (
      <div className="max-h-96 overflow-auto">
        <Code text={payload.code.replace(/\n$/, "")} language={order.language ?? ""} label="Code of the job" />
      </div>
    );
  }
  if ("runbook" in payload) return <RunbookView runbook={payload.runbook} inputs={payload.inputs} />;
  if ("function" in payload) {
    return (
      <>
        <p className="px-4 py-3 text-sm">
          <Link to={paths.function(payload.function)} className="rounded font-mono text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
            {payload.function}
          </Link>
        </p>
        {payload.input === undefined || payload.input === null ? null : <Code text={JSON.stringify(payload.input, null, 2)} language="json" label="Input" />}
      </>
    );
  }
  return <p className="px-4 py-3 font-mono text-[0.8125rem] break-all text-ink">{payload.artifact}</p>;
}

function RunbookView({ runbook, inputs }: { runbook: string; inputs: unknown }) {
  const { data: titles } = useQuery(runbookChoicesQuery);
  return (
    <>
      <p className="px-4 py-3 text-sm">
        <Link to={paths.runbook(runbook)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          {titles?.find(([id]) => id === runbook)?.[1] ?? runbook}
        </Link>
      </p>
      {inputs ? <Code text={JSON.stringify(inputs, null, 2)} language="json" label="Inputs" /> : null}
    </>
  );
}

function factsOf(job: JobDetail): [string, ReactNode][] {
  const { order, result } = job;
  const facts: [string, ReactNode][] = [
    ["Submitted", moment.format(Date.parse(job.created_at))],
    ["Not before", order.run_at && moment.format(Date.parse(order.run_at))],
    ["Ended", job.finished_at && moment.format(Date.parse(job.finished_at))],
    ["Ran", result && duration(result.duration_ms)],
    ["CPU", result && duration(result.cpu_ms)],
    ["Memory", result && `${size(result.peak_memory_bytes)} at most`],
    ["Timeout", order.timeout && `${order.timeout} s`],
    ["Limits", limitsOf(order)],
    ["Retries", order.retries && order.retries.max > 0 && `${order.retries.max}, ${order.retries.backoff ?? 1} s apart at first`],
    ["Priority", order.priority],
    ["Secrets", order.secrets?.join(", ")],
    ["Variables", order.env && Object.keys(order.env).join(", ")],
    ["Packages", order.dependencies?.join(", ")],
    ["Hosts", order.network?.join(", ")],
    ["Keeps", order.artifacts_out?.join(", ")],
    ["Shares", order.concurrency_key && `the key ${order.concurrency_key}, ${order.concurrency_limit ?? 1} at once`],
    ["Tells", order.webhook],
    ["After", jobLinks(order.after ?? [])],
    ["Retry of", jobLinks(job.retry_of ? [job.retry_of] : [])],
    ["Schedule", job.schedule && scheduleLink(job.schedule)],
    ["Worker", job.worker && code(job.worker)],
    ["Id", code(job.id)],
  ];
  return facts.filter(([, value]) => Boolean(value));
}

function limitsOf({ limits }: NewJob): string | null {
  if (!limits) return null;
  const told = [
    limits.mem_limit_mb != null && `${limits.mem_limit_mb} MiB`,
    limits.cpu_limit != null && `${limits.cpu_limit} CPU`,
    limits.output_limit != null && `${size(limits.output_limit)} of output`,
  ];
  return told.filter(Boolean).join(", ");
}

function jobLinks(jobs: readonly string[]): ReactNode {
  if (jobs.length === 0) return null;
  return jobs.map((job) => (
    <Link key={job} to={paths.job(job)} className="block truncate rounded font-mono text-xs text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
      {job}
    </Link>
  ));
}

function scheduleLink(schedule: string): ReactNode {
  return (
    <Link to={paths.schedule(schedule)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
      Its schedule
    </Link>
  );
}

function code(text: string): ReactNode {
  return <code className="font-mono text-xs break-all select-all">{text}</code>;
}
