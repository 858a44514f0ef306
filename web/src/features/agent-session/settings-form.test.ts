import { expect, it } from "vitest";
import { problemsOfSettings, settingsFormOf, settingsInputOf, unusual, usualSettings } from "./settings-form.ts";

it("usual_settings_are_right_and_worth_no_word", () => {
  expect(problemsOfSettings(usualSettings)).toEqual({});
  expect(unusual(usualSettings)).toBeNull();
});

it("what_was_stored_comes_back_as_it_was", () => {
  const stored = { targetBranch: "main", pullMode: "MANUAL", draft: true, oneShot: false, checkRepairs: 0, ciAttempts: 3, idleMinutes: 240, budget: 2_500_000, model: null, planner: "persona_1", developer: null } as const;
  expect(settingsInputOf(settingsFormOf(stored))).toEqual(stored);
});

it("a_budget_is_typed_in_dollars_and_sent_in_millionths", () => {
  const input = (budget: string) => settingsInputOf({ ...usualSettings, budget }).budget;
  expect([input("2.50"), input("0.1"), input("")]).toEqual([2_500_000, 100_000, null]);
});

it("numbers_that_the_server_would_refuse_are_told_before", () => {
  const problems = problemsOfSettings({ ...usualSettings, idleMinutes: "241", checkRepairs: "two", ciAttempts: "", budget: "-1" });
  expect(Object.keys(problems).toSorted()).toEqual(["budget", "checkRepairs", "ciAttempts", "idleMinutes"]);
});

it("an_empty_target_branch_is_left_to_the_repository", () => {
  expect(settingsInputOf(usualSettings)).not.toHaveProperty("targetBranch");
});

it("what_is_out_of_the_ordinary_is_named_while_the_settings_are_folded", () => {
  expect(unusual({ ...usualSettings, oneShot: true, draft: true, budget: "5" })).toBe("one-shot, at most $5");
});
