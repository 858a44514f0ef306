import { expect, it } from "vitest";
import type { JobPolicy } from "@/api/schema.ts";
import { policyFormOf, policyOf } from "./policy-form-state.ts";

it("a_policy_becomes_a_form_and_the_same_policy_again", () => {
  const policies: JobPolicy[] = [
    {},
    { payloads: ["artifact", "runbook"] },
    { payloads: [], programs: [] },
    { programs: [{ program: "make", args: ["report", "..."] }, { program: "echo", args: ["two words", 'a "quote" and \\', ""] }] },
  ];
  for (const policy of policies) expect(policyOf(policyFormOf(policy))).toEqual(policy);
});

it("a_program_is_a_line_and_empty_lines_are_nothing", () => {
  expect(policyOf({ kinds: null, programs: "make  report\n\ntar ...\n" }).programs).toEqual([
    { program: "make", args: ["report"] },
    { program: "tar", args: ["..."] },
  ]);
});
