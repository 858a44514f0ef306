// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import type { Execution, ExecutionEvent } from "@/api/schema.ts";
import { ExecutionFeed } from "./execution-feed.ts";

const api = vi.hoisted(() => ({ execution: vi.fn() }));
const events = vi.hoisted(() => ({ followExecution: vi.fn(), pause: vi.fn() }));
vi.mock("@/api/client.ts", () => ({ api }));
vi.mock("@/api/events.ts", () => events);

const at = "2026-11-21T01:00:00.000Z";
const queued: Execution = {
  id: "exec_1",
  block: null,
  content_hash: "h",
  created_at: at,
  duration_ms: null,
  exit_code: null,
  finished_at: null,
  outcome: null,
  runbook_id: null,
  runtime: "bash",
  session_id: null,
  signal: null,
  started_at: null,
  state: "queued",
  truncated: false,
};

function promised<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((yes) => (resolve = yes));
  return { promise, resolve };
}

it("an_answer_that_comes_after_the_events_takes_no_output_away", async () => {
  const asked = promised<void>();
  const record = promised<Execution>();
  events.pause.mockResolvedValue(undefined);
  api.execution.mockImplementation(() => {
    asked.resolve();
    return record.promise;
  });
  events.followExecution.mockImplementation(async function* (): AsyncGenerator<ExecutionEvent[]> {
    await asked.promise;
    yield [
      { seq: 1, at, event: "stdout", data: "hello\n" },
      { seq: 2, at, event: "result", data: { outcome: "exited", exit_code: 0, duration_ms: 3, cpu_ms: 1, peak_memory_bytes: 1 } },
    ] as ExecutionEvent[];
  });
  const feed = new ExecutionFeed(queued).start();
  const shown = await feed.finished;
  expect(shown.parts).toHaveLength(1);
  const answered = new Promise<void>((resolve) => feed.subscribe(resolve));
  record.resolve({ ...queued, state: "finished", outcome: "exited", exit_code: 0 });
  await answered;
  expect(feed.state.parts).toHaveLength(1);
  feed.close();
});
