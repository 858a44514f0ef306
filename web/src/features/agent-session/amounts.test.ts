import { expect, it } from "vitest";
import { cost, tokenCount, tokens } from "./amounts.ts";

it("money_is_told_in_dollars_with_as_many_digits_as_say_something", () => {
  expect([0, 12, 4_200, 10_000, 1_240_000, 1_234_560_000].map(cost)).toEqual(["$0.00", "under $0.0001", "$0.0042", "$0.01", "$1.24", "$1,234.56"]);
});

it("tokens_are_told_in_thousands_and_millions", () => {
  expect([999, 1_000, 182_400, 999_949, 999_950, 12_340_000].map(tokenCount)).toEqual(["999", "1.0k", "182.4k", "999.9k", "1.0M", "12.3M"]);
  expect(tokens({ inputTokens: 182_400, outputTokens: 999, cost: 0 })).toBe("182.4k in, 999 out");
});
