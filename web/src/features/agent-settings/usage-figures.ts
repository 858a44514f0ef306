/** What a report of usage shows: heights of bars, and how much of a budget is spent. */
import type { UsageOfDay, UsageReport, UsageSum } from "@/api/__generated__/agents.ts";
import { cost, tokenCount } from "@/features/agent-session/amounts.ts";

/** What bars are as tall as. */
export type Measure = "cost" | "tokens";

/** Money, unless none was asked for: a model of one's own may be free. */
export function measureOf({ cost: spent, inputTokens, outputTokens }: UsageSum): Measure {
  return spent === 0 && inputTokens + outputTokens > 0 ? "tokens" : "cost";
}

export function amountOf(sum: UsageSum, measure: Measure): number {
  return measure === "cost" ? sum.cost : sum.inputTokens + sum.outputTokens;
}

export function amountInWords(amount: number, measure: Measure): string {
  return measure === "cost" ? cost(amount) : `${tokenCount(amount)} tokens`;
}

export interface Bar {
  day: string;
  amount: number;
  /** Of 100, the tallest; what there is at all can be seen. */
  height: number;
}

const leastHeight = 1.5;

export function barsOf(days: readonly UsageOfDay[], measure: Measure): Bar[] {
  const most = Math.max(1, ...days.map(({ sum }) => amountOf(sum, measure)));
  return days.map(({ day, sum }) => {
    const amount = amountOf(sum, measure);
    return { day, amount, height: amount === 0 ? 0 : Math.max(leastHeight, (100 * amount) / most) };
  });
}

/** Days are those of UTC, wherever the reader is. */
const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const longDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", timeZone: "UTC" });

/** "Nov 22" of "2026-11-22". */
export function dayInWords(day: string): string {
  return shortDay.format(Date.parse(`${day}T00:00:00Z`));
}

/** When the month of a budget is over: "December 1". */
export function nextMonth(now: number): string {
  const date = new Date(now);
  return longDay.format(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}

export interface Spent {
  words: string;
  /** Of the budget, 0 to 1; null without one. */
  share: number | null;
  tone: "accent" | "warning" | "failure";
}

/** From here on somebody should know that the budget is about to end. */
const nearly = 0.8;

export function spentOf({ monthlyBudget, spentThisMonth }: Pick<UsageReport, "monthlyBudget" | "spentThisMonth">): Spent {
  if (monthlyBudget === null) return { words: `${cost(spentThisMonth)}, without a bound`, share: null, tone: "accent" };
  const share = monthlyBudget === 0 ? 1 : Math.min(1, spentThisMonth / monthlyBudget);
  const tone = share >= 1 ? "failure" : share >= nearly ? "warning" : "accent";
  return { words: `${cost(spentThisMonth)} of ${cost(monthlyBudget)}`, share, tone };
}
