// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { BegunWalk, Block, Execution, ExecutionEvent, Session } from "@/api/schema.ts";
import { Runner } from "./runner.ts";

const api = vi.hoisted(() => ({ walk: vi.fn(), stopWalks: vi.fn(), executionEvents: vi.fn(), latestExecutions: vi.fn(), cancelExecution: vi.fn() }));
vi.mock("@/api/client.ts", () => ({ api }));

const at = "2026-11-21T01:00:00.000Z";
const session = (over: Partial<Session> = {}): Session => ({
  id: "sess_1",
  user_id: "u",
  runbook_id: "rb_1",
  status: "ACTIVE",
  message: null,
  queue_position: null,
  created_at: at,
  last_activity_at: at,
  expires_at: null,
  ready_ms: null,
  paused: false,
  isolation: { backend: "namespaces", holds: [], missing: [] },
  executions: 0,
  latest: null,
  walk: null,
  ...over,
});
const block = (id: string): Block => ({
  id,
  kind: "code",
  runnable: true,
  index: 0,
  name: id,
  language: "bash",
  runtime: "bash",
  path: null,
  line: 1,
  end_line: 3,
  code: "",
  content_hash: `hash of ${id}`,
  timeout_ms: null,
  needs: [],
  tags: [],
  background: false,
  manual: false,
  expect: "success",
  hide: "nothing",
  secrets: [],
});
const walk = (over: Partial<NonNullable<Session["walk"]>> = {}) => ({
  number: 1,
  state: "running" as const,
  done: 0,
  total: 1,
  block: null,
  not_run: [],
  ...over,
});
const begun = (of: Execution, blocks = [of.block ?? ""]): BegunWalk => ({
  walk: walk({ total: blocks.length }),
  blocks,
  execution: of,
  under_way: false,
});
const execution = (of: string): Execution => ({
  id: `exec_${of}`,
  session_id: "sess_1",
  runbook_id: "rb_1",
  block: of,
  content_hash: `hash of ${of}`,
  runtime: "bash",
  state: "running",
  outcome: null,
  exit_code: null,
  signal: null,
  created_at: at,
  started_at: at,
  finished_at: null,
  duration_ms: null,
  truncated: false,
});

/** Executions of blocks named in `exits` end with that code, the others never end. */
function server(exits: Record<string, number>) {
  api.walk.mockImplementation(async (_: string, body: { block: string }) => begun(execution(body.block)));
  api.executionEvents.mockImplementation(async (id: string) => {
    const code = exits[id.replace("exec_", "")];
    if (code === undefined) return new Response(new ReadableStream());
    const data = { exit_code: code, outcome: "exited", timeout: false, duration_ms: 1, cpu_ms: 1, peak_memory_bytes: 4096, truncated: false } as const;
    const event: ExecutionEvent = { seq: 1, at, event: "result", data };
    return new Response(JSON.stringify(event) + "\n");
  });
}

function newRunner(connect: () => Promise<Session> = async () => session()) {
  const events = { prepare: vi.fn(async (): Promise<Record<string, string> | null> => ({})), typed: vi.fn(), connect: vi.fn(connect), outdated: vi.fn(), failed: vi.fn() };
  return { runner: new Runner("rb_1", events), events };
}

beforeEach(() => vi.clearAllMocks());

describe("run", () => {
  it("two_clicks_without_a_session_connect_once", async () => {
    server({ a: 0, b: 0 });
    const { runner, events } = newRunner();
    await Promise.all([runner.run(block("a")), runner.run(block("b"))]);
    expect(events.connect).toHaveBeenCalledTimes(1);
    expect(api.walk).toHaveBeenCalledTimes(2);
  });

  it("a_second_click_on_a_running_block_starts_nothing", async () => {
    server({});
    const { runner } = newRunner();
    const [first, second] = await Promise.all([runner.run(block("a")), runner.run(block("a"))]);
    expect(first).not.toBeNull();
    expect(second).toBeNull();
    expect(await runner.run(block("a"))).toBeNull();
    expect(api.walk).toHaveBeenCalledTimes(1);
    runner.close();
  });

  it("a_block_waits_until_the_sandbox_is_there", async () => {
    server({ a: 0 });
    const { runner } = newRunner(async () => session({ status: "STARTING", queue_position: 2 }));
    const running = runner.run(block("a"));
    await Promise.resolve();
    expect(api.walk).not.toHaveBeenCalled();
    runner.setSession(session());
    expect(await running).not.toBeNull();
    expect(api.walk).toHaveBeenCalledTimes(1);
  });

  it("stopping_while_the_sandbox_is_awaited_runs_nothing_and_reports_no_failure", async () => {
    server({ a: 0 });
    const { runner, events } = newRunner(async () => session({ status: "STARTING", queue_position: 2 }));
    const running = runner.run(block("a"));
    await runner.stopAll();
    expect(await running).toBeNull();
    runner.setSession(session());
    await Promise.resolve();
    expect(api.walk).not.toHaveBeenCalled();
    expect(events.failed).not.toHaveBeenCalled();
  });

  it("a_queued_block_opens_no_stream_until_the_one_before_it_has_ended", async () => {
    server({ b: 0 });
    let end: (response: Response) => void = () => undefined;
    const held = new Promise<Response>((resolve) => {
      end = resolve;
    });
    const answer = api.executionEvents.getMockImplementation();
    api.executionEvents.mockImplementation((id: string) => (id === "exec_a" ? held : answer?.(id)));
    api.walk.mockImplementation(async (_: string, body: { block: string }) =>
      begun({ ...execution(body.block), state: body.block === "b" ? "queued" : "running" }),
    );
    const { runner } = newRunner();
    const first = await runner.run(block("a"));
    const second = await runner.run(block("b"));
    await Promise.resolve();
    expect(api.executionEvents.mock.calls.map(([id]) => id)).toEqual(["exec_a"]);
    const data = { exit_code: 0, outcome: "exited", timeout: false, duration_ms: 1, truncated: false };
    end(new Response(JSON.stringify({ seq: 1, at, event: "result", data }) + "\n"));
    await Promise.all([first?.finished, second?.finished]);
    expect(api.executionEvents.mock.calls.map(([id]) => id)).toEqual(["exec_a", "exec_b"]);
  });

  it("a_session_that_ended_unnoticed_is_replaced_once", async () => {
    server({ a: 0 });
    api.walk.mockRejectedValueOnce(new ApiError({ title: "gone", status: 409, code: "session_ended" }));
    const { runner, events } = newRunner(async () => session({ id: "sess_2" }));
    runner.setSession(session());
    expect(await runner.run(block("a"))).not.toBeNull();
    expect(events.connect).toHaveBeenCalledTimes(1);
    expect(api.walk).toHaveBeenLastCalledWith("sess_2", expect.anything());
  });

  it("a_block_that_was_edited_meanwhile_asks_for_the_new_document", async () => {
    server({});
    api.walk.mockRejectedValueOnce(new ApiError({ title: "x", detail: "It was edited.", status: 409, code: "block_changed" }));
    const { runner, events } = newRunner();
    expect(await runner.run(block("a"))).toBeNull();
    expect(events.outdated).toHaveBeenCalled();
    expect(events.failed).toHaveBeenCalledWith("It was edited.");
    expect(runner.isBusy("a")).toBe(false);
  });
});

describe("inputs", () => {
  it("what_is_not_filled_in_keeps_blocks_from_running", async () => {
    server({ a: 0 });
    const { runner, events } = newRunner();
    events.prepare.mockResolvedValueOnce(null);
    expect(await runner.run(block("a"))).toBeNull();
    expect(events.connect).not.toHaveBeenCalled();
    events.prepare.mockResolvedValueOnce({ KEY: "hunter2" });
    await runner.run(block("a"));
    expect(api.walk).toHaveBeenCalledWith("sess_1", expect.objectContaining({ typed: { KEY: "hunter2" } }));
    expect(events.typed).toHaveBeenCalledWith(["KEY"]);
    runner.close();
  });
});

describe("walks", () => {
  it("what_the_session_begins_is_followed_without_being_asked_for", async () => {
    server({ a: 0, b: 0 });
    const { runner } = newRunner();
    runner.setSession(session());
    api.walk.mockImplementation(async () => begun(execution("a"), ["a", "b", "c"]));
    await runner.runAll();
    runner.setSession(session({ executions: 1, latest: execution("a"), walk: walk({ total: 3 }) }));
    expect([runner.isPlanned("a"), runner.isPlanned("b"), runner.isPlanned("c")]).toEqual([false, true, true]);
    runner.setSession(session({ executions: 2, latest: execution("b"), walk: walk({ done: 1, total: 3, block: "b" }) }));
    expect([...runner.feeds.keys()]).toEqual(["a", "b"]);
    expect(runner.walk).toMatchObject({ done: 1, total: 3, state: "running" });
    runner.setSession(session({ executions: 2, latest: execution("b"), walk: walk({ state: "failed", done: 2, total: 3, not_run: ["c"] }) }));
    expect([...(runner.walk?.notRun ?? [])]).toEqual(["c"]);
    expect(runner.isPlanned("c")).toBe(false);
    runner.close();
  });

  it("an_execution_that_is_heard_of_twice_is_followed_once", async () => {
    server({});
    const { runner } = newRunner();
    runner.setSession(session());
    api.walk.mockImplementation(async () => {
      runner.setSession(session({ executions: 1, latest: execution("a") }));
      return begun(execution("a"));
    });
    const feed = await runner.run(block("a"));
    expect(feed).toBe(runner.feeds.get("a"));
    expect(api.executionEvents).toHaveBeenCalledTimes(1);
    runner.close();
  });

  it("what_was_missed_is_asked_for_as_a_whole", async () => {
    server({ a: 0, b: 0 });
    api.latestExecutions.mockResolvedValue({ items: [execution("a"), execution("b")] });
    const { runner } = newRunner();
    runner.setSession(session());
    runner.setSession(session({ executions: 2, latest: execution("b") }));
    await vi.waitFor(() => expect([...runner.feeds.keys()]).toEqual(["a", "b"]), { timeout: 30_000 });
    runner.close();
  });

  it("a_second_click_on_run_all_asks_once", async () => {
    server({});
    const { runner } = newRunner();
    await Promise.all([runner.runAll(), runner.runAll()]);
    expect(api.walk).toHaveBeenCalledTimes(1);
    runner.close();
  });
});
