import { beforeAll, expect, it, vi } from "vitest";
import { Caller, inputOf } from "./caller.ts";

beforeAll(() => {
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 0));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

it("input_is_json_or_a_text_and_nothing_is_null", () => {
  expect(inputOf('{"a": [1, null]}', "json")).toEqual({ value: { a: [1, null] } });
  expect(inputOf(" \n", "json")).toEqual({ value: null });
  expect(inputOf('{"a"', "text")).toEqual({ value: '{"a"' });
  expect(inputOf("{'a': 1}", "json")).toMatchObject({ problem: expect.stringContaining("no JSON") });
});

it("what_is_no_json_is_told_and_never_sent", () => {
  const asked: unknown[] = [];
  const caller = new Caller("greet", async (_, input) => {
    asked.push(input);
    return new Response("");
  });
  caller.change({ input: "{" });
  expect(caller.call()).toBeNull();
  expect(caller.state.problem).toContain("no JSON");
  caller.change({ form: "text" });
  expect(caller.state.problem).toBeNull();
  expect(caller.call()).not.toBeNull();
  expect(asked).toEqual(["{"]);
});

it("a_call_that_goes_on_is_not_made_twice_and_can_be_cancelled", async () => {
  let calls = 0;
  const caller = new Caller("slow", (_name, _input, signal) => {
    calls += 1;
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("hung up"))));
  });
  const feed = caller.call();
  expect(caller.call()).toBeNull();
  caller.cancel();
  expect((await feed?.finished)?.ending).toMatchObject({ outcome: "cancelled" });
  expect(caller.call()).not.toBeNull();
  expect(calls).toBe(2);
});
