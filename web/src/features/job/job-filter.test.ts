import { expect, it } from "vitest";
import { filterIn, isNarrow, searchOf, toggled } from "./job-filter.ts";

it("a_filter_survives_the_address_bar", () => {
  const filter = { status: ["running", "lost"], name: "Nightly & co", schedule: "sched_1" } as const;
  expect(filterIn(new URLSearchParams(searchOf(filter).toString()))).toEqual(filter);
});

it("what_is_no_state_is_passed_over", () => {
  expect(filterIn(new URLSearchParams("status=running,asleep,queued")).status).toEqual(["queued", "running"]);
});

it("the_empty_filter_leaves_the_address_alone", () => {
  const all = filterIn(new URLSearchParams());
  expect(searchOf(all).toString()).toBe("");
  expect(isNarrow(all)).toBe(false);
  expect(isNarrow(toggled(all, "failed"))).toBe(true);
  expect(toggled(toggled(all, "failed"), "failed")).toEqual(all);
});
