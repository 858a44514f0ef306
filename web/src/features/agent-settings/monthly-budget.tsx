import type { UsageReport } from "@/api/__generated__/agents.ts";
import { useNow } from "@/ui/time.tsx";
import { nextMonth, spentOf } from "./usage-figures.ts";

const fills = { accent: "bg-accent", warning: "bg-warning", failure: "bg-failure" } as const;

/** What the reader's sessions have cost this month, of what they may. */
export function MonthlyBudget({ report }: { report: UsageReport }) {
  const now = useNow(60_000);
  const { words, share, tone } = spentOf(report);
  return (
    <section aria-labelledby="month" className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 id="month" className="text-sm font-medium text-ink">
          Your sessions this month
        </h2>
        <p className="text-sm text-ink-soft tabular-nums">{words}</p>
      </div>
      {share === null ? null : (
        <>
          <div aria-hidden="true" className="mt-2.5 h-2 overflow-hidden rounded-full bg-line/70">
            <div className={`h-full rounded-full ${fills[tone]}`} style={{ width: `${share * 100}%` }} />
          </div>
          <p className={`mt-2 text-[0.8125rem] ${tone === "failure" ? "text-failure" : "text-ink-faint"}`}>
            {tone === "failure" ? "The budget is spent. " : ""}A new month begins on {nextMonth(now)} (UTC).
          </p>
        </>
      )}
    </section>
  );
}
