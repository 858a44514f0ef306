import { beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import { plainText, succeeded } from "./execution-state.ts";
import { StreamFeed } from "./stream-feed.ts";

// The tests run without a window: a frame is the next turn.
beforeAll(() => {
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 0));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

const at = "2026-11-21T01:00:00.000Z";
const stdout = (seq: number, data: string) => ({ seq, at, event: "stdout", data });
const result = (seq: number) => ({
  seq,
  at,
  event: "result",
  data: { exit_code: 0, outcome: "exited", timeout: false, duration_ms: 12, cpu_ms: 3, peak_memory_bytes: 4096, truncated: false, value: { sum: 3 } },
});
const answer = (...events: object[]) => new Response(events.map((event) => `${JSON.stringify(event)}\n`).join(""), { headers: { "x-function-version": "7" } });

it("a_stream_is_read_to_its_result_with_its_value_and_its_use_of_the_machine", async () => {
  const feed = new StreamFeed(async () => answer(stdout(1, "a"), stdout(2, "b"), result(3))).start();
  const state = await feed.finished;
  expect(plainText(state)).toBe("ab");
  expect(succeeded(state)).toBe(true);
  expect(state.ending).toMatchObject({ usage: { cpuMs: 3, peakMemoryBytes: 4096 } });
  expect(state.value).toEqual({ sum: 3 });
  expect(feed.headers?.get("x-function-version")).toBe("7");
});

it("a_stream_that_breaks_off_says_that_the_program_was_stopped", async () => {
  const state = await new StreamFeed(async () => answer(stdout(1, "a"))).start().finished;
  expect(plainText(state)).toBe("a");
  expect(state.ending).toMatchObject({ kind: "failure", message: expect.stringContaining("run it again") });
});

it("a_refusal_is_kept_for_the_form_that_caused_it", async () => {
  const refusal = new ApiError({ title: "invalid", detail: "timeout is 0; use 1 to 300 seconds", status: 400, code: "invalid" });
  const feed = new StreamFeed(async () => Promise.reject(refusal)).start();
  expect((await feed.finished).ending).toMatchObject({ kind: "failure", message: "Timeout is 0; use 1 to 300 seconds." });
  expect(feed.refusal).toBe(refusal);
  await expect(feed.answered).rejects.toBe(refusal);
});

it("cancelling_hangs_up_and_nothing_changes_afterwards", async () => {
  let told: AbortSignal | null = null;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new TextEncoder().encode(`${JSON.stringify(stdout(1, "a"))}\n`)) });
  const feed = new StreamFeed(async (signal) => {
    told = signal;
    return new Response(body);
  }).start();
  await new Promise<void>((resolve) => {
    feed.subscribe(() => {
      if (feed.state.seq === 1) resolve();
    });
  });
  feed.cancel();
  const state = await feed.finished;
  expect(told).toMatchObject({ aborted: true });
  expect(state.ending).toMatchObject({ outcome: "cancelled" });
  feed.cancel();
  expect(feed.state).toBe(state);
});
