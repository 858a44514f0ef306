/**
 * Reads the server's NDJSON streams. A dropped connection is resumed from the next sequence number,
 * so that the caller sees each event exactly once and in order, however often the network fails.
 */
import { api } from "./client.ts";
import { ApiError } from "./errors.ts";
import type { ExecutionEvent } from "./schema.ts";

/** Values of an NDJSON body, in the batches in which they arrived. A last line without newline counts. */
export async function* readNdjson<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // Pieces of an unfinished line: joined once, so that one long line stays linear.
  let partial: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      const last = lines.pop() ?? "";
      const values: T[] = [];
      for (const line of lines) {
        const whole = partial.length > 0 ? partial.join("") + line : line;
        partial = [];
        if (whole.trim() !== "") values.push(JSON.parse(whole) as T);
      }
      if (last !== "") partial.push(last);
      if (done && partial.join("").trim() !== "") values.push(JSON.parse(partial.join("")) as T);
      if (values.length > 0) yield values;
      if (done) return;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

export interface FollowOptions {
  /** First sequence number wanted, inclusive. */
  from: number;
  signal: AbortSignal;
  open?: (execution: string, from: number, signal: AbortSignal) => Promise<Response>;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told when the stream drops (true) and when it is back (false). */
  onInterrupted?: (interrupted: boolean) => void;
}

/** Follows one execution to its last event, in batches. Ends quietly when the signal aborts. */
export async function* followExecution(execution: string, options: FollowOptions): AsyncGenerator<ExecutionEvent[]> {
  const { signal, open = api.executionEvents, wait = pause, onInterrupted } = options;
  let next = options.from;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const response = await open(execution, next, signal);
      if (!response.body) throw new TypeError("the response has no body");
      for await (const batch of readNdjson<ExecutionEvent>(response.body)) {
        if (failures > 0) onInterrupted?.(false);
        failures = 0;
        const fresh: ExecutionEvent[] = [];
        for (const event of batch) {
          if (event.seq < next) continue;
          next = event.seq + 1;
          fresh.push(event);
          if (event.event === "result" || event.event === "error") {
            yield fresh;
            return;
          }
        }
        if (fresh.length > 0) yield fresh;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
    }
    if (signal.aborted) return;
    // The stream ended without a last event: the connection dropped, or the server restarted.
    failures += 1;
    if (failures === 1) onInterrupted?.(true);
    await wait(backoff(failures), signal);
  }
}

/** Milliseconds before attempt `failures`: 250, 500, … up to 8 s. */
export function backoff(failures: number): number {
  return Math.min(8_000, 250 * 2 ** (failures - 1));
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}
