/**
 * The prose in edit mode: a part of the text whose limits are held while its author types, whatever it looks
 * like meanwhile. Half a fence, a list that runs into the next one: none of it touches what is around.
 */
import type { YTextEvent } from "yjs";
import { sealOf } from "./fence.ts";
import { applied, wholeMap, type Edit } from "./line-map.ts";
import { endingOf } from "./source-lines.ts";

export interface Region {
  from: number;
  to: number;
  /** The closing of a fence that the prose leaves open, right behind it. */
  seal: string;
  /** Not in the text yet: what to write before and behind its first words. */
  pending: { lead: string; tail: string } | null;
}

/** What an editor shows of it. */
export function regionText({ from, to }: Region, text: string): string {
  return wholeMap(text.slice(from, to), endingOf(text)).value;
}

/** A change made in its editor as changes of the text. The region becomes what it is after them. */
export function regionEdits(region: Region, text: string, change: Edit): Edit[] {
  const ending = endingOf(text);
  const source = text.slice(region.from, region.to);
  const { from, to, insert } = wholeMap(source, ending).edit(change);
  const value = applied(source, [{ from, to, insert }]);
  const closing = sealOf(value);
  const seal = closing === "" ? "" : `${value.endsWith("\n") ? "" : ending}${closing}`;
  const base = region.from;
  const edits = [{ from: base + from, to: base + to, insert }];
  if (seal !== region.seal) edits.push({ from: region.to, to: region.to + region.seal.length, insert: seal });
  const { pending } = region;
  if (pending) {
    region.from += pending.lead.length;
    region.to = region.from + value.length;
    region.seal = seal;
    region.pending = null;
    return [{ from: base, to: base, insert: pending.lead + value + seal + pending.tail }];
  }
  region.to = base + value.length;
  region.seal = seal;
  return edits;
}

/** Where a region is after changes from elsewhere. Words put right at its edges join it unless a line ends there. */
export function shiftRegion(region: Region, delta: YTextEvent["delta"]): void {
  let at = 0;
  for (const { retain, insert, delete: removed } of delta) {
    at += retain ?? 0;
    if (typeof insert === "string") {
      const length = insert.length;
      if (at < region.from || (at === region.from && (region.pending !== null || insert.endsWith("\n")))) region.from += length;
      if (at < region.to || (at === region.to && (region.pending !== null || at < region.from || !/^\r?\n/.test(insert)))) region.to += length;
      at += length;
    }
    const end = at + (removed ?? 0);
    region.from -= Math.max(0, Math.min(end, region.from) - at);
    region.to -= Math.max(0, Math.min(end, region.to) - at);
  }
  region.to = Math.max(region.from, region.to);
}
