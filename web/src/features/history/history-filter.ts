/** Which runs are shown, as the address of the page holds it. */

export const outcomes = [
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
  ["timed_out", "Timed out"],
  ["out_of_memory", "Out of memory"],
  ["cancelled", "Stopped"],
  ["lost", "Lost"],
] as const;

export type OutcomeFilter = (typeof outcomes)[number][0];

export interface HistoryFilter {
  /** Id of a block. */
  block: string | null;
  outcome: OutcomeFilter | null;
}

/** What the address says; what is no outcome is passed over. */
export function filterIn(search: URLSearchParams): HistoryFilter {
  return { block: search.get("block"), outcome: outcomes.find(([outcome]) => outcome === search.get("outcome"))?.[0] ?? null };
}

/** The filter as the address and the server take it; everything is the empty one. */
export function searchOf({ block, outcome }: HistoryFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (block) search.set("block", block);
  if (outcome) search.set("outcome", outcome);
  return search;
}
