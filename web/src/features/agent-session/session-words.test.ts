import { expect, it } from "vitest";
import type { Work } from "@/api/__generated__/agents.ts";
import { planOf, sessionOf, stepOf } from "./doubles.tsx";
import { attentionOf, failureInWords, runningInWords, statusOf, stepsInWords } from "./session-words.ts";

const work: Work = { id: 1, kind: "STEP", step: "1.1", branch: null, text: null, by: null, stage: "WORKING", until: null, repairs: 0, retries: 0 };
const counts = { total: 5, notStarted: 2, queued: 0, inProgress: 0, completed: 2, failed: 1 };

it("what_keeps_a_session_from_going_on_is_said_before_how_far_it_is", () => {
  const label = (changed: Partial<Parameters<typeof statusOf>[0]>) => statusOf({ status: "IN_PROGRESS", lifecycle: "ACTIVE", ...changed }).label;
  expect([label({}), label({ lifecycle: "PAUSED" }), label({ lifecycle: "ARCHIVED" })]).toEqual(["in progress", "paused", "archived"]);
  expect(label({ status: "NOT_STARTED", steps: { ...counts, total: 0 } })).toBe("no plan yet");
});

it("steps_are_counted_once_there_are_any", () => {
  expect([stepsInWords(counts), stepsInWords({ ...counts, total: 1, completed: 1, failed: 0 }), stepsInWords({ ...counts, total: 0 })]).toEqual(["2 of 5 steps, 1 failed", "1 of 1 step", null]);
});

it("what_runs_says_how_far_it_is_and_how_often_it_was_tried", () => {
  expect(runningInWords(work, [])).toBe("Step 1.1: the agent works");
  expect(runningInWords({ ...work, stage: "WAITING", repairs: 1, retries: 2 }, [])).toBe("Step 1.1: waiting to try again, repair 1, attempt 3");
  expect(runningInWords({ ...work, kind: "TURN", step: null, text: "Add a limit\nsoon" }, [])).toBe("“Add a limit”: thinking and reading");
});

it("a_failure_names_the_checks_or_who_stopped_it", () => {
  expect(failureInWords({ failure: "checks", failures: [{ step: "1.1", line: 20, output: "" }] }, () => "")).toBe("A check did not pass: step 1.1, line 20.");
  expect(failureInWords({ failure: "stopped", by: "user_ada" }, (id) => (id === "user_ada" ? "ada" : ""))).toBe("ada stopped it.");
});

it("what_the_agent_asks_comes_before_a_plan_that_waits_for_approval", () => {
  const approval = { id: 1, at: 0, tool: "Bash", input: "", pattern: null };
  const session = sessionOf({ plan: planOf({ steps: [stepOf("1")] }) });
  expect(attentionOf({ ...session, approvals: [approval] })).toEqual({ pane: "chat", words: "The agent asks for leave to use Bash." });
  expect(attentionOf(session)?.pane).toBe("plan");
  expect(attentionOf({ ...session, plan: planOf({ approved: true }) })).toBeNull();
  expect(attentionOf({ ...session, lifecycle: "ARCHIVED" })).toBeNull();
});
