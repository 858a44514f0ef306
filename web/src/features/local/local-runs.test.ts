// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { LocalExecutable } from "@/api/local-schema.ts";
import type { Execution, ExecutionEvent } from "@/api/schema.ts";
import { LocalRuns } from "./local-runs.ts";
import { componentOf } from "./stand-ins.ts";

const localApi = vi.hoisted(() => ({ run: vi.fn() }));
const api = vi.hoisted(() => ({ executionEvents: vi.fn(), execution: vi.fn(), cancelExecution: vi.fn() }));
vi.mock("@/api/local.ts", () => ({ localApi }));
vi.mock("@/api/client.ts", () => ({ api }));

const at = "2026-11-21T01:00:00.000Z";
const executable: LocalExecutable = { id: "e1", script: "true", language: null, path: null, contentHash: "h", interpreter: "bash", timeoutMs: 1000, hasTerminal: false, mayWarn: true };
const script = componentOf({ id: "a", executable });

function execution(over: Partial<Execution> = {}): Execution {
  return {
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
    state: "running",
    truncated: false,
    ...over,
  };
}

function events(exitCode: number): ExecutionEvent[] {
  const left = { "application/vnd.runbook.left+json": { outputs: { id: "42" }, files: ["x"] } };
  return [
    { seq: 1, at, event: "stdout", data: "hi\n" },
    { seq: 2, at, event: "display", data: left },
    { seq: 3, at, event: "result", data: { outcome: "exited", exit_code: exitCode, duration_ms: 3, cpu_ms: 1, peak_memory_bytes: 1 } },
  ] as ExecutionEvent[];
}

const answer = (all: readonly ExecutionEvent[]) => Promise.resolve(new Response(all.map((event) => JSON.stringify(event)).join("\n")));
let hooks = hooksOf();
const started = () => new LocalRuns(hooks);

function hooksOf() {
  return { ended: vi.fn(), drifted: vi.fn(), refused: vi.fn() };
}

beforeEach(() => {
  vi.resetAllMocks();
  // What an earlier test started may still end, and tells its own.
  hooks = hooksOf();
  api.executionEvents.mockImplementation(() => answer(events(0)));
});

it("a_request_names_what_was_approved_and_in_watch_mode_the_place_in_the_document", async () => {
  localApi.run.mockResolvedValue(execution());
  await started().run(script, "open", { who: { Name: "Ada" } });
  await started().run(script, "watch_registry", {});
  await started().run(script, "watch", {});
  const sent = localApi.run.mock.calls.map(([body]) => body as unknown);
  expect(sent).toEqual([{ executableId: "e1", inputs: { who: { Name: "Ada" } } }, { executableId: "e1", inputs: {} }, { componentId: "a", inputs: {} }]);
});

it("what_a_script_gave_is_there_for_the_blocks_after_it", async () => {
  for (const code of [0, 2]) {
    api.executionEvents.mockImplementation(() => answer(events(code)));
    localApi.run.mockResolvedValue(execution());
    const runs = started();
    await runs.run(script, "open", {});
    await runs.feeds.get("a")?.finished;
    expect(runs.outputs).toEqual({ a: { id: "42" } });
  }
  expect(hooks.ended).toHaveBeenCalledTimes(2);
});

it("a_script_that_ended_before_the_page_was_told_gives_its_outputs_too", async () => {
  localApi.run.mockResolvedValue(execution({ state: "finished", outcome: "exited", exit_code: 0 }));
  const runs = started();
  await runs.run(script, "open", {});
  await runs.feeds.get("a")?.finished;
  expect([runs.outputs, hooks.ended.mock.calls.length]).toEqual([{ a: { id: "42" } }, 1]);
});

it("a_script_that_failed_leaves_the_outputs_of_the_run_before", async () => {
  api.executionEvents.mockImplementation(() => answer(events(1)));
  localApi.run.mockResolvedValue(execution());
  const runs = started();
  runs.adopt({ runs: {}, outputs: { a: { id: "before" } } });
  await runs.run(script, "open", {});
  await runs.feeds.get("a")?.finished;
  expect(runs.outputs).toEqual({ a: { id: "before" } });
});

it("a_reload_shows_what_ran_before_and_announces_nothing", async () => {
  const runs = started();
  runs.adopt({ runs: { a: execution({ state: "finished", outcome: "exited", exit_code: 0 }) }, outputs: { a: { id: "kept" } } });
  await runs.feeds.get("a")?.finished;
  expect(runs.outputs).toEqual({ a: { id: "kept" } });
  expect(hooks.ended).not.toHaveBeenCalled();
});

it("what_is_followed_already_is_not_begun_again", () => {
  const runs = started();
  runs.adopt({ runs: { a: execution() }, outputs: {} });
  const feed = runs.feeds.get("a");
  runs.adopt({ runs: { a: execution() }, outputs: {} });
  runs.adopt({ runs: { a: execution({ id: "exec_0", created_at: "2026-11-21T00:00:00.000Z" }) }, outputs: {} });
  expect(runs.feeds.get("a")).toBe(feed);
  runs.adopt({ runs: { a: execution({ id: "exec_2", created_at: "2026-11-21T02:00:00.000Z" }) }, outputs: {} });
  expect(runs.feeds.get("a")?.execution.id).toBe("exec_2");
  runs.close();
});

it("a_refusal_says_which_values_will_not_do_and_why", async () => {
  const fields = [{ inputsId: "who", name: "Name", message: "must not be empty" }];
  const problem = { title: "Unprocessable", status: 422, detail: "who.Name must not be empty", fields };
  localApi.run.mockRejectedValue(new ApiError(problem));
  const runs = started();
  await runs.run(script, "open", {});
  expect(runs.refusals.get("a")).toBe("Who.Name must not be empty.");
  expect(hooks.refused).toHaveBeenCalledWith(fields);
  expect([...runs.pending]).toEqual([]);
  localApi.run.mockResolvedValue(execution());
  await runs.run(script, "open", {});
  expect(runs.refusals.size).toBe(0);
});

it("what_is_no_longer_approved_makes_the_page_look_again", async () => {
  localApi.run.mockRejectedValue(new ApiError({ title: "Conflict", status: 409, ...({ code: "drifted" } as object) }));
  await started().run(script, "open", {});
  expect(hooks.drifted).toHaveBeenCalledTimes(1);
});

it("a_second_click_starts_nothing", async () => {
  let begin: (value: Execution) => void = () => undefined;
  localApi.run.mockReturnValue(new Promise<Execution>((resolve) => (begin = resolve)));
  const runs = started();
  const first = runs.run(script, "open", {});
  await runs.run(script, "open", {});
  begin(execution());
  await first;
  expect(localApi.run).toHaveBeenCalledTimes(1);
});
