import { expect, it } from "vitest";
import { queued, type Ending } from "@/features/execution/execution-state.ts";
import { isDone, messageOf, scriptVerdict, statusOf, type ScriptStatus } from "./script-status.ts";
import { componentOf } from "./stand-ins.ts";

type Outcome = Extract<Ending, { kind: "outcome" }>["outcome"];

function ended(outcome: Outcome, exitCode: number | null = null) {
  const ending: Ending = { kind: "outcome", outcome, exitCode, signal: null, durationMs: 1, usage: null };
  return { ...queued, phase: "finished" as const, ending };
}

it("a_script_stands_as_its_last_execution_says", () => {
  const rows: [ReturnType<typeof ended>, boolean, ScriptStatus][] = [
    [ended("exited", 0), true, "success"],
    [ended("exited", 2), true, "warning"],
    [ended("exited", 2), false, "failed"],
    [ended("exited", 1), true, "failed"],
    [ended("killed"), true, "failed"],
    [ended("timed_out"), true, "failed"],
    [ended("out_of_memory"), true, "failed"],
    [ended("lost"), true, "failed"],
    [ended("cancelled"), true, "stopped"],
  ];
  for (const [state, mayWarn, status] of rows) expect(statusOf(state, mayWarn, [])).toBe(status);
  expect(statusOf({ ...queued, phase: "finished", ending: { kind: "failure", code: "x", message: "y" } }, true, [])).toBe("failed");
});

it("without_one_it_is_pending_or_waits_for_values", () => {
  expect(statusOf(null, false, [])).toBe("pending");
  expect(statusOf(null, false, ["input Name"])).toBe("blocked");
  expect(statusOf(queued, false, ["input Name"])).toBe("running");
  expect(statusOf({ ...queued, phase: "stopping" }, false, [])).toBe("running");
});

it("what_warned_is_done_and_what_was_stopped_is_not", () => {
  const all: ScriptStatus[] = ["pending", "blocked", "running", "success", "warning", "failed", "stopped"];
  expect(all.filter(isDone)).toEqual(["success", "warning"]);
});

it("its_author_says_how_it_went", () => {
  const props = { runningMessage: "r", successMessage: "s", warnMessage: "w", failMessage: "f" };
  const said = (["pending", "running", "success", "warning", "failed", "stopped"] as const).map((status) => messageOf(componentOf({ props }), status));
  expect(said).toEqual([null, "r", "s", "w", "f", null]);
});

it("a_warning_is_told_as_one_below_the_output", () => {
  const warned = ended("exited", 2).ending;
  expect(scriptVerdict(warned, true, 1000).tone).toBe("warning");
  expect(scriptVerdict(warned, false, 1000).label).toBe("exit 2");
});
