import type { UsageReport } from "@/api/__generated__/agents.ts";
import { amountInWords, barsOf, dayInWords, measureOf } from "./usage-figures.ts";
import { SumTable } from "./usage-table.tsx";

const titles = { cost: "Cost of each day", tokens: "Tokens of each day" } as const;

/** A bar for each day. Whoever sees none reads the table below it. */
export function UsageChart({ report: { days, total } }: { report: UsageReport }) {
  const measure = measureOf(total);
  const bars = barsOf(days, measure);
  const most = Math.max(0, ...bars.map(({ amount }) => amount));
  const used = days.filter(({ sum }) => sum.requests > 0).toReversed();
  return (
    <figure className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-sm font-medium text-ink">{titles[measure]}</span>
        <span className="text-[0.8125rem] text-ink-faint tabular-nums">most: {amountInWords(most, measure)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${Math.max(1, bars.length)} 100`} preserveAspectRatio="none" aria-hidden="true" className="mt-3 block h-32 w-full border-b border-line-strong/60 text-accent">
        {bars.map(({ day, amount, height }, at) => (
          <g key={day} className="group">
            <title>{`${dayInWords(day)}: ${amountInWords(amount, measure)}`}</title>
            <rect x={at} width={1} height={100} className="fill-transparent group-hover:fill-line/60" />
            <rect x={at + 0.12} width={0.76} y={100 - height} height={height} fill="currentColor" />
          </g>
        ))}
      </svg>
      <p aria-hidden="true" className="mt-1.5 flex justify-between text-[0.8125rem] text-ink-faint">
        <span>{bars[0] ? dayInWords(bars[0].day) : ""}</span>
        <span>{bars.length > 1 ? dayInWords(bars.at(-1)?.day ?? "") : ""}</span>
      </p>
      <details className="mt-2">
        <summary className="w-fit cursor-pointer rounded text-[0.8125rem] text-ink-faint select-none hover:text-ink-soft">As a table</summary>
        <div className="mt-2">
          <SumTable label="Usage of each day" name="Day (UTC)" rows={used.map(({ day, sum }) => ({ key: day, name: day, sum }))} />
        </div>
      </details>
    </figure>
  );
}
