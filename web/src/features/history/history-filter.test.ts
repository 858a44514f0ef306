import { expect, it } from "vitest";
import { filterIn, searchOf } from "./history-filter.ts";

it("a_filter_reads_back_from_its_address", () => {
  for (const search of ["", "block=b1", "outcome=timed_out", "block=b1&outcome=failed"]) {
    expect(searchOf(filterIn(new URLSearchParams(search))).toString()).toBe(search);
  }
  expect(filterIn(new URLSearchParams("outcome=odd")).outcome).toBeNull();
});
