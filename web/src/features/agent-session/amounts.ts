/** Money and tokens, as people are told of them. */
import type { Usage } from "@/api/__generated__/agents.ts";

const dollars = (digits: number) => new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", minimumFractionDigits: digits, maximumFractionDigits: digits });
const cents = dollars(2);
const fractions = dollars(4);
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** "$1,234.56", with more digits where it is less than a cent. */
export function cost(millionths: number): string {
  if (millionths <= 0 || millionths >= 10_000) return cents.format(millionths / 1_000_000);
  return millionths < 100 ? "under $0.0001" : fractions.format(millionths / 1_000_000);
}

/** "999", "182.4k", "1.2M". */
export function tokenCount(count: number): string {
  if (count < 1_000) return String(count);
  // What would be rounded to 1000.0k is a million.
  return count < 999_950 ? `${tenths.format(count / 1_000)}k` : `${tenths.format(count / 1_000_000)}M`;
}

export function tokens({ inputTokens, outputTokens }: Usage): string {
  return `${tokenCount(inputTokens)} in, ${tokenCount(outputTokens)} out`;
}
