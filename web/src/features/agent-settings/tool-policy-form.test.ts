import { expect, it } from "vitest";
import { listsFormOf, listsOf } from "./tool-policy-form.ts";

it("each_line_is_a_pattern_and_empty_or_repeated_ones_are_none", () => {
  expect(listsOf({ allow: "Read\n\n  Bash(npm run test:*)  \nRead\n", deny: "", unlisted: "ASK" })).toEqual({ allow: ["Read", "Bash(npm run test:*)"], deny: [], unlisted: "ASK" });
});

it("what_was_stored_comes_back_as_it_was", () => {
  const lists = { allow: ["Read", "mcp__docs"], deny: ["Bash(rm:*)"], unlisted: "DENY" } as const;
  expect(listsOf(listsFormOf({ ...lists, allow: [...lists.allow], deny: [...lists.deny] }))).toEqual(lists);
});
