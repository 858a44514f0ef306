/** Limits as somebody types them: an empty field leaves the matter to the server. */

export interface Limit {
  label: string;
  unit: string;
  least: number;
  most: number;
  whole: boolean;
}

/** The server's own bounds. */
export const limits = {
  timeout: { label: "Time", unit: "seconds", least: 1, most: 300, whole: true },
  memory: { label: "Memory", unit: "MiB", least: 1, most: 2048, whole: true },
  cpu: { label: "CPU", unit: "processors", least: 0.1, most: 4, whole: false },
  /** 1 GiB. */
  output: { label: "Output", unit: "KiB", least: 0, most: 1_048_576, whole: false },
  /** How long an instance waits for the next call. */
  keepWarm: { label: "Keep warm", unit: "seconds", least: 0, most: 3600, whole: true },
} satisfies Record<string, Limit>;

/** The number, null where nothing was typed, or what is wrong. */
export function parseLimit(text: string, limit: Limit): { value: number | null } | { problem: string } {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return { value: null };
  const value = Number(typed);
  const fits = Number.isFinite(value) && value >= limit.least && value <= limit.most && (!limit.whole || Number.isInteger(value));
  if (fits) return { value };
  const kind = limit.whole ? "a whole number" : "a number";
  return { problem: `Use ${kind} from ${limit.least} to ${limit.most.toLocaleString("en")}.` };
}
