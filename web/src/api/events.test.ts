import { describe, expect, it } from "vitest";
import { backoff, followExecution, readNdjson } from "./events.ts";
import { ApiError } from "./errors.ts";
import type { ExecutionEvent } from "./schema.ts";

const at = "2026-11-21T01:00:00.000Z";
const out = (seq: number, data: string) => JSON.stringify({ seq, at, event: "stdout", data });
const end = (seq: number) =>
  JSON.stringify({
    seq,
    at,
    event: "result",
    data: { exit_code: 0, outcome: "exited", timeout: false, duration_ms: 1, truncated: false },
  });

function body(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

async function all<T>(batches: AsyncGenerator<T[]>): Promise<T[]> {
  const values: T[] = [];
  for await (const batch of batches) values.push(...batch);
  return values;
}

describe("readNdjson", () => {
  it("joins_a_line_that_arrives_in_three_pieces", async () => {
    expect(await all(readNdjson(body('{"a"', ":1", '}\n{"a":2}\n')))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("joins_a_character_split_between_two_chunks", async () => {
    const bytes = new TextEncoder().encode('{"a":"é🙂"}\n');
    expect(await all(readNdjson(body(bytes.slice(0, 7), bytes.slice(7, 10), bytes.slice(10))))).toEqual([{ a: "é🙂" }]);
  });

  it("gives_a_last_line_without_newline_and_skips_empty_lines", async () => {
    expect(await all(readNdjson(body('\n{"a":1}\n\n{"a":2}')))).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe("followExecution", () => {
  const signal = () => new AbortController().signal;
  const wait = async () => undefined;

  function follow(responses: (string[] | Error)[], asked: number[] = [], interruptions: boolean[] = []) {
    const open = async (_: string, from: number) => {
      asked.push(from);
      const next = responses.shift();
      if (!next) throw new Error("the test opened the stream once too often");
      if (next instanceof Error) throw next;
      return new Response(body(next.join("\n") + "\n"));
    };
    return all(
      followExecution("exec_1", { from: 1, signal: signal(), open, wait, onInterrupted: (yes) => interruptions.push(yes) }),
    );
  }

  it("resumes_after_a_dropped_connection_from_the_next_sequence_number", async () => {
    const asked: number[] = [];
    const interruptions: boolean[] = [];
    const events = await follow([[out(1, "a"), out(2, "b")], new TypeError("network"), [out(3, "c"), end(4)]], asked, interruptions);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
    expect(asked).toEqual([1, 3, 3]);
    expect(interruptions).toEqual([true, false]);
  });

  it("never_repeats_an_event_that_the_server_sends_again", async () => {
    const events = await follow([[out(1, "a"), out(2, "b")], [out(1, "a"), out(2, "b"), out(3, "c"), end(4)]]);
    expect(events.map((event: ExecutionEvent) => event.seq)).toEqual([1, 2, 3, 4]);
  });

  it("stops_at_the_last_event_even_if_the_connection_stays_open", async () => {
    const open = async () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(end(1) + "\n")) }));
    expect(await all(followExecution("exec_1", { from: 1, signal: signal(), open, wait }))).toHaveLength(1);
  });

  it("gives_up_when_the_server_says_the_execution_does_not_exist", async () => {
    const gone = new ApiError({ title: "not found", status: 404 });
    await expect(follow([gone])).rejects.toBe(gone);
  });

  it("tries_again_when_the_server_is_restarting", async () => {
    const events = await follow([new ApiError({ title: "unavailable", status: 503 }), [end(1)]]);
    expect(events).toHaveLength(1);
  });
});

it("waits_longer_after_each_failure_and_at_most_eight_seconds", () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(backoff)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
});
