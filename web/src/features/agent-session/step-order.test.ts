import { expect, it } from "vitest";
import type { Branch, BranchState, Plan, Step, StepState } from "@/api/__generated__/agents.ts";
import { canRevert, nextStep, offerOf } from "./step-order.ts";

const step = (number: string, state: StepState, isLeaf = true): Step => ({ number, state, isLeaf, title: number, depth: 1, body: "", failure: null, commit: null, checks: 0 });
const plan = (...steps: Step[]): Plan => ({ version: 1, text: "", title: null, approved: false, steps });
const offers = (whole: Plan) => whole.steps.map((one) => offerOf(one, whole));

it("the_first_step_is_run_and_a_later_one_with_those_before_it", () => {
  expect(offers(plan(step("1", "NOT_STARTED"), step("2", "NOT_STARTED")))).toEqual(["run", "run_through"]);
});

it("a_step_may_be_asked_for_while_those_before_it_run_or_wait", () => {
  expect(offers(plan(step("1", "IN_PROGRESS"), step("2", "QUEUED"), step("3", "NOT_STARTED")))).toEqual(["stop", "wait", "run"]);
});

it("a_failed_step_is_retried_and_what_follows_it_needs_it", () => {
  expect(offers(plan(step("1", "COMPLETED"), step("2", "FAILED"), step("3", "NOT_STARTED")))).toEqual(["none", "retry", "run_through"]);
});

it("a_step_with_steps_runs_all_of_them", () => {
  const nested = plan(step("1", "NOT_STARTED", false), step("1.1", "NOT_STARTED"), step("1.2", "NOT_STARTED"), step("2", "NOT_STARTED", false), step("2.1", "NOT_STARTED"));
  expect(offers(nested)).toEqual(["run", "run", "run_through", "run_through", "run_through"]);
});

it("step_10_does_not_lie_within_step_1", () => {
  const ten = plan(step("1", "COMPLETED"), step("10", "NOT_STARTED"));
  expect(offers(ten)).toEqual(["none", "run"]);
});

it("the_next_step_is_the_first_that_nobody_asked_for", () => {
  expect(nextStep(plan(step("1", "COMPLETED"), step("2", "QUEUED"), step("3", "NOT_STARTED")))?.number).toBe("3");
  expect(nextStep(plan(step("1", "COMPLETED")))).toBeNull();
});

it("what_is_merged_is_not_reverted", () => {
  const branch = (state: BranchState) => ({ steps: ["1"], state }) as Branch;
  expect(canRevert(step("1", "COMPLETED"), [branch("OPEN")])).toBe(true);
  expect(canRevert(step("1", "COMPLETED"), [branch("MERGED")])).toBe(false);
  expect(canRevert(step("1", "NOT_STARTED"), [])).toBe(false);
});
