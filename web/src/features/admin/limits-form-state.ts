/** Limits of a user, a token or everybody as the form holds them: an empty field leaves the matter to the one above. */
import type { JobLimits } from "@/api/schema.ts";
import { parseLimit, type Limit } from "@/features/code/limits.ts";

export type LimitField = "per_minute" | "queued" | "running" | "cpu_seconds_per_day" | "artifact_mib";
export type LimitsForm = Record<LimitField, string>;
export type LimitsProblems = Partial<Record<LimitField, string>>;

const mib = 1 << 20;
const count = { least: 0, most: 1_000_000_000, whole: true };

export const limitFields: readonly (readonly [LimitField, Limit])[] = [
  ["per_minute", { label: "Submitted", unit: "jobs a minute", ...count }],
  ["queued", { label: "Not ended", unit: "jobs", ...count }],
  ["running", { label: "Running at once", unit: "jobs", ...count }],
  ["cpu_seconds_per_day", { label: "Processor time", unit: "seconds a day", ...count }],
  ["artifact_mib", { label: "Artifacts", unit: "MiB", ...count, whole: false }],
];

export function formOf(limits: JobLimits): LimitsForm {
  const { artifact_bytes: bytes } = limits;
  return {
    per_minute: typed(limits.per_minute),
    queued: typed(limits.queued),
    running: typed(limits.running),
    cpu_seconds_per_day: typed(limits.cpu_seconds_per_day),
    artifact_mib: typed(bytes, mib),
  };
}

function typed(value: number | null | undefined, unit = 1): string {
  return value === null || value === undefined ? "" : String(value / unit);
}

export function limitsOf(form: LimitsForm): { limits: JobLimits; problems: LimitsProblems } {
  const limits: JobLimits = {};
  const problems: LimitsProblems = {};
  for (const [field, bound] of limitFields) {
    const parsed = parseLimit(form[field], bound);
    if ("problem" in parsed) problems[field] = parsed.problem;
    else if (parsed.value !== null && field === "artifact_mib") limits.artifact_bytes = Math.round(parsed.value * mib);
    else if (parsed.value !== null && field !== "artifact_mib") limits[field] = parsed.value;
  }
  return { limits, problems };
}

export function isSubject(text: string): boolean {
  return text === "default" || /^(?:user|tok)_[0-9a-f]{32}$/.test(text);
}
