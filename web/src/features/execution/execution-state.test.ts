import { describe, expect, it } from "vitest";
import type { Execution, ExecutionEvent } from "@/api/schema.ts";
import { applyEvent, applyRecord, asksForInput, isLive, plainText, queued, succeeded, type ExecutionState } from "./execution-state.ts";

const at = "2026-11-21T01:00:00.000Z";
const out = (seq: number, data: string): ExecutionEvent => ({ seq, at, event: "stdout", data });
const result = (seq: number, over: Partial<Extract<ExecutionEvent, { event: "result" }>["data"]> = {}): ExecutionEvent => ({
  seq,
  at,
  event: "result",
  data: { exit_code: 0, outcome: "exited", timeout: false, duration_ms: 12, cpu_ms: 3, peak_memory_bytes: 4096, truncated: false, ...over },
});
const reduce = (events: ExecutionEvent[], from: ExecutionState = queued) => events.reduce(applyEvent, from);
const record = (over: Partial<Execution>): Execution => ({
  id: "exec_1",
  session_id: "sess_1",
  runbook_id: "rb_1",
  block: "b1",
  content_hash: "h",
  runtime: "python",
  state: "running",
  outcome: null,
  exit_code: null,
  signal: null,
  created_at: at,
  started_at: at,
  finished_at: null,
  duration_ms: null,
  truncated: false,
  ...over,
});

describe("applyEvent", () => {
  it("the_first_event_makes_a_queued_execution_run", () => {
    const state = reduce([{ seq: 1, at, event: "info", data: "sandbox ready" }]);
    expect(state.phase).toBe("running");
    expect(state.notices).toEqual(["sandbox ready"]);
    expect(state.startedAt).toBe(at);
  });

  it("an_event_applied_twice_counts_once", () => {
    expect(plainText(reduce([out(1, "a"), out(1, "a"), out(2, "b")]))).toBe("ab");
  });

  it("a_display_separates_the_text_before_it_from_the_text_after", () => {
    const state = reduce([out(1, "before"), { seq: 2, at, event: "display", data: { "text/plain": "42" } }, out(3, "after")]);
    expect(state.parts.map((part) => part.kind)).toEqual(["text", "display", "text"]);
  });

  it("a_display_with_an_id_takes_the_place_of_the_one_before", () => {
    const shown = (seq: number, text: string, id?: string): ExecutionEvent => ({ seq, at, event: "display", data: { "text/plain": text }, id });
    const state = reduce([shown(1, "a", "x"), shown(2, "b"), shown(3, "c", "x")]);
    expect(state.parts).toEqual([
      { kind: "display", key: 1, id: "x", bundle: { "text/plain": "c" } },
      { kind: "display", key: 2, id: null, bundle: { "text/plain": "b" } },
    ]);
  });

  it("a_line_without_an_end_asks_for_input", () => {
    expect(asksForInput(reduce([out(1, "name? ")]))).toBe(true);
    expect(asksForInput(reduce([out(1, "done\n")]))).toBe(false);
    expect(asksForInput(queued)).toBe(false);
  });

  it("a_result_finishes_with_its_outcome", () => {
    const state = reduce([out(1, "x"), result(2, { exit_code: 3 })]);
    expect(state.phase).toBe("finished");
    const usage = { cpuMs: 3, peakMemoryBytes: 4096 };
    expect(state.ending).toEqual({ kind: "outcome", outcome: "exited", exitCode: 3, signal: null, durationMs: 12, usage });
    expect(succeeded(state)).toBe(false);
    expect(isLive(state)).toBe(false);
  });

  it("our_own_failure_finishes_and_is_final", () => {
    const state = reduce([{ seq: 1, at, event: "error", data: { error: "sandbox_lost", message: "gone" } }, out(2, "late")]);
    expect(state.ending).toEqual({ kind: "failure", code: "sandbox_lost", message: "gone" });
    expect(state.parts).toEqual([]);
  });

  it("passing_the_output_limit_is_remembered", () => {
    expect(reduce([{ seq: 1, at, event: "truncated", data: { limit_bytes: 1024 } }]).limit).toBe(1024);
  });

  it("a_stopping_execution_that_still_writes_stays_stopping", () => {
    const stopping = applyRecord(queued, record({ state: "stopping" }));
    expect(reduce([out(1, "bye")], stopping).phase).toBe("stopping");
  });

  it("an_event_of_a_newer_server_changes_nothing_but_the_place", () => {
    const unknown = { seq: 1, at, event: "weather", data: "sunny" } as unknown as ExecutionEvent;
    expect(reduce([unknown, out(2, "x")]).seq).toBe(2);
  });
});

describe("applyRecord", () => {
  it("a_late_record_never_takes_a_phase_back", () => {
    const running = reduce([out(1, "x")]);
    expect(applyRecord(running, record({ state: "queued" })).phase).toBe("running");
  });

  it("the_last_event_names_the_signal_that_killed", () => {
    const killed = reduce([result(1, { outcome: "killed", exit_code: null, signal: 9 })]);
    expect(killed.ending).toMatchObject({ outcome: "killed", signal: 9 });
  });
});
