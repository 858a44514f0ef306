import { expect, it } from "vitest";
import { limits, parseLimit } from "./limits.ts";

it("an_empty_field_leaves_the_limit_to_the_server", () => {
  expect(parseLimit("  ", limits.timeout)).toEqual({ value: null });
});

it("the_bounds_of_the_server_count_here_too", () => {
  expect(parseLimit("1", limits.timeout)).toEqual({ value: 1 });
  expect(parseLimit("300", limits.timeout)).toEqual({ value: 300 });
  expect(parseLimit("0,5", limits.cpu)).toEqual({ value: 0.5 });
  for (const wrong of ["0", "301", "1.5", "soon", "-1", "Infinity", "NaN"]) {
    expect(parseLimit(wrong, limits.timeout)).toEqual({ problem: "Use a whole number from 1 to 300." });
  }
  expect(parseLimit("0.05", limits.cpu)).toEqual({ problem: "Use a number from 0.1 to 4." });
});
