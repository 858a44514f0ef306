/** Limits and use of them, in words and as shares. */
import type { JobStanding } from "@/api/schema.ts";
import { duration, size } from "@/features/execution/outcome.ts";

export interface Meter {
  label: string;
  used: string;
  /** Null where there is no limit. */
  most: string | null;
  /** From 0 to 1; null where there is no limit. */
  share: number | null;
}

const number = (count: number) => count.toLocaleString("en");
const time = (ms: number) => (ms === 0 ? "0 s" : duration(ms));

export function meters({ limits, usage }: Pick<JobStanding, "limits" | "usage">): Meter[] {
  const cpuMs = limits.cpu_seconds_per_day == null ? null : limits.cpu_seconds_per_day * 1000;
  return [
    meter("Jobs that have not ended", usage.queued, limits.queued, number),
    meter("Jobs that run", usage.running, limits.running, number),
    meter("Processor time today, UTC", usage.cpu_ms_today, cpuMs, time),
    meter("Artifacts", usage.artifact_bytes, limits.artifact_bytes, size),
  ];
}

function meter(label: string, used: number, most: number | null | undefined, words: (amount: number) => string): Meter {
  if (most == null) return { label, used: words(used), most: null, share: null };
  return { label, used: words(used), most: words(most), share: most === 0 ? 1 : Math.min(1, used / most) };
}
