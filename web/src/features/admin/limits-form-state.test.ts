import { expect, it } from "vitest";
import { formOf, isSubject, limitsOf } from "./limits-form-state.ts";

it("limits_become_a_form_and_the_same_limits_again", () => {
  const limits = { per_minute: 60, queued: 0, artifact_bytes: 3 << 19 };
  const form = formOf(limits);
  expect(form).toEqual({ per_minute: "60", queued: "0", running: "", cpu_seconds_per_day: "", artifact_mib: "1.5" });
  expect(limitsOf(form)).toEqual({ limits, problems: {} });
});

it("what_is_no_number_of_jobs_is_told_by_its_field", () => {
  const { problems } = limitsOf({ ...formOf({}), running: "1.5", per_minute: "-1", queued: "many" });
  expect(Object.keys(problems)).toEqual(["per_minute", "queued", "running"]);
});

it("limits_are_those_of_a_user_a_token_or_everybody", () => {
  expect(isSubject("default")).toBe(true);
  expect(isSubject(`user_${"0".repeat(32)}`)).toBe(true);
  expect(isSubject(`tok_${"f".repeat(32)}`)).toBe(true);
  expect(isSubject("ada")).toBe(false);
});
