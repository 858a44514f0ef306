import type { JobDetail } from "@/api/schema.ts";
import { duration } from "@/features/execution/outcome.ts";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Where a job that has not ended is: waiting, or how much of its time it has used. */
export function JobProgress({ job, now }: { job: JobDetail; now: number }) {
  const due = job.order.run_at ? Date.parse(job.order.run_at) : 0;
  const running = job.status === "running" && job.started_at !== null;
  const elapsed = running ? Math.max(0, now - Date.parse(job.started_at ?? "")) : 0;
  const most = job.order.timeout ? job.order.timeout * 1000 : null;
  const attempts = (job.order.retries?.max ?? 0) + 1;
  const words = running
    ? `Running for ${duration(elapsed)}${most === null ? "" : ` of at most ${duration(most)}`}`
    : due > now
      ? `Starts after ${moment.format(due)}, your time`
      : `Waiting for ${duration(Math.max(0, now - Math.max(due, Date.parse(job.created_at))))}`;
  return (
    <div className="mb-5 rounded-xl border border-line bg-surface px-4 py-3 shadow-card">
      <p className="flex flex-wrap justify-between gap-x-4 text-[0.8125rem] text-ink-soft tabular-nums">
        <span>{words}</span>
        {attempts > 1 ? (
          <span>
            attempt {Math.max(1, job.attempt)} of {attempts}
          </span>
        ) : null}
      </p>
      {running && most !== null ? (
        <div
          role="progressbar"
          aria-label="Time used"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.min(100, Math.round((100 * elapsed) / most))}
          className="mt-2 h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div style={{ width: `${Math.min(100, (100 * elapsed) / most)}%` }} className="h-full rounded-full bg-accent" />
        </div>
      ) : null}
    </div>
  );
}
