import { expect, it } from "vitest";
import type { UsageSum } from "@/api/__generated__/agents.ts";
import { amountInWords, barsOf, dayInWords, measureOf, nextMonth, spentOf } from "./usage-figures.ts";

const sum = (changed: Partial<UsageSum> = {}): UsageSum => ({ requests: 1, inputTokens: 0, outputTokens: 0, cost: 0, ...changed });

it("bars_show_money_and_tokens_where_models_are_free", () => {
  expect([measureOf(sum({ cost: 5, inputTokens: 9 })), measureOf(sum({ inputTokens: 9 })), measureOf(sum())]).toEqual(["cost", "tokens", "cost"]);
  expect([amountInWords(4_200, "cost"), amountInWords(4_200, "tokens")]).toEqual(["$0.0042", "4.2k tokens"]);
});

it("the_tallest_bar_fills_the_chart_and_the_smallest_can_be_seen", () => {
  const days = [sum({ cost: 1_000_000 }), sum(), sum({ cost: 1 }), sum({ cost: 500_000 })].map((used, at) => ({ day: `2026-11-0${at + 1}`, sum: used }));
  expect(barsOf(days, "cost").map(({ height }) => height)).toEqual([100, 0, 1.5, 50]);
  expect(barsOf([{ day: "2026-11-01", sum: sum() }], "cost")).toEqual([{ day: "2026-11-01", amount: 0, height: 0 }]);
});

it("days_and_months_are_those_of_utc", () => {
  expect(dayInWords("2026-11-22")).toBe("Nov 22");
  expect([nextMonth(Date.UTC(2026, 10, 30, 23, 59)), nextMonth(Date.UTC(2026, 11, 31))]).toEqual(["December 1", "January 1"]);
});

it("a_budget_warns_before_it_is_spent", () => {
  const of = (spentThisMonth: number, monthlyBudget: number | null) => spentOf({ spentThisMonth, monthlyBudget });
  expect(of(3_200_000, 50_000_000)).toEqual({ words: "$3.20 of $50.00", share: 0.064, tone: "accent" });
  expect([of(40_000_000, 50_000_000).tone, of(60_000_000, 50_000_000).tone, of(0, 0).tone]).toEqual(["warning", "failure", "failure"]);
  expect(of(60_000_000, 50_000_000).share).toBe(1);
  expect(of(3_200_000, null)).toEqual({ words: "$3.20, without a bound", share: null, tone: "accent" });
});
