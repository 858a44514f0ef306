/** The figures of the queue over the last minutes, as this page has seen them. */
import type { Queue } from "@/api/schema.ts";

export interface Sample {
  at: number;
  /** Jobs that a worker may take. */
  depth: number;
  /** Milliseconds that the longest-waiting of them has been due. */
  waitMs: number;
  /** Jobs that ended in the last minute. */
  ended: number;
}

/** Ten minutes at one look every two seconds. */
const mostSamples = 300;

export function withSample(history: readonly Sample[], queue: Queue, at: number): readonly Sample[] {
  if (history.at(-1)?.at === at) return history;
  return [...history.slice(1 - mostSamples), { at, depth: queue.ready, waitMs: queue.oldest_ms, ended: queue.ended_last_minute }];
}

/** Points of a line in a box of 100 by 100, its highest value at the top. The axis begins at zero. */
export function lineOf(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  const last = Math.max(1, values.length - 1);
  return values.map((value, at) => `${round((100 * at) / last)},${round(100 - (100 * value) / most)}`).join(" ");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
