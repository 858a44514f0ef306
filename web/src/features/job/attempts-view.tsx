import type { JobDetail } from "@/api/schema.ts";
import { duration } from "@/features/execution/outcome.ts";
import { timelineOf, type AttemptRow } from "./timeline.ts";

const words: Record<AttemptRow["tone"], string> = { success: "text-success", failure: "text-failure", warning: "text-warning", neutral: "text-ink-soft" };
const bars: Record<AttemptRow["tone"], string> = { success: "bg-success", failure: "bg-failure", warning: "bg-warning", neutral: "bg-accent" };

/** Each attempt: how long it waited and ran, as a bar, and how it ended. */
export function AttemptsView({ job, now }: { job: JobDetail; now: number }) {
  const rows = timelineOf(job, now);
  return (
    <section aria-labelledby="attempts" className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id="attempts" className="text-sm font-medium text-ink">
          Attempts
        </h2>
        <p className="flex gap-3 text-xs text-ink-faint">
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="h-2 w-4 rounded-full bg-line-strong/45" /> waiting
          </span>
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="h-2 w-4 rounded-full bg-accent" /> running
          </span>
        </p>
      </div>
      <ol className="space-y-3.5">
        {rows.map((row) => (
          <li key={row.number} aria-label={`Attempt ${row.number}`}>
            <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5 text-[0.8125rem]">
              <span className="font-medium text-ink">{row.number}</span>
              <span className={`font-medium ${words[row.tone]}`}>
                {row.label}
                {row.exitCode === null || row.exitCode === 0 ? "" : `, exit ${row.exitCode}`}
              </span>
              <span className="text-ink-faint tabular-nums">
                waited {duration(row.waitedMs)}
                {row.ranMs === null ? "" : `, ran ${duration(row.ranMs)}`}
              </span>
            </p>
            <div aria-hidden="true" className="mt-1.5 flex h-2.5 overflow-hidden rounded-full bg-sunken">
              <span style={{ width: `${row.bar.before}%` }} />
              <span style={{ width: `${row.bar.waited}%` }} className={`rounded-full bg-line-strong/45 ${row.waitedMs > 0 ? "min-w-0.5" : ""}`} />
              <span style={{ width: `${row.bar.ran}%` }} className={`rounded-full ${bars[row.tone]} ${row.ranMs === null ? "" : "min-w-1"}`} />
            </div>
            {row.reason ? <p className="mt-1 text-[0.8125rem] text-ink-soft">{row.reason}</p> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
