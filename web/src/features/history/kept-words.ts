import type { Config } from "@/api/schema.ts";

/** How much of the history stays, in words. */
export function keptWords({ keep_runs: runs, keep_runs_seconds: seconds }: Pick<Config, "keep_runs" | "keep_runs_seconds">): string {
  const days = seconds === null ? null : Math.max(1, Math.round(seconds / 86_400));
  const age = days === null ? null : `for ${days} ${days === 1 ? "day" : "days"}`;
  if (runs === null && age === null) return "Every run is kept.";
  const count = runs === null ? "Runs are kept" : `The last ${runs.toLocaleString("en")} runs are kept`;
  return `${count}${age === null ? "" : ` ${age}`}; the latest of each block always stays.`;
}
