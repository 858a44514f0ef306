/**
 * What an editor shows of a part of the text, and where each change of it belongs. The editor's text has
 * `\n` between its lines and none of the indentation that the fence has; the source keeps both as written.
 */
import { linesOf } from "./source-lines.ts";

/** Replaces what lies between two offsets. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
}

interface MappedLine {
  /** Where the line's text begins in the editor. */
  shown: number;
  /** Where it begins in the source, behind its prefix. */
  source: number;
}

export class LineMap {
  readonly value: string;
  #lines: MappedLine[] = [];
  #prefix: string;
  #ending: string;

  constructor(source: string, prefix: string, ending: string) {
    const texts: string[] = [];
    let shown = 0;
    for (const line of linesOf(source)) {
      const taken = commonStart(line.text, prefix);
      this.#lines.push({ shown, source: line.from + taken });
      texts.push(line.text.slice(taken));
      shown += line.text.length - taken + 1;
    }
    // Without its last ending, the text behind it is a line as well for who puts the cursor there.
    if (source === "") this.#lines.push({ shown: 0, source: 0 });
    this.value = texts.join("\n");
    this.#prefix = prefix;
    this.#ending = ending;
  }

  /** A change of the editor's text as a change of the source. */
  edit({ from, to, insert }: Edit): Edit {
    return { from: this.#source(from), to: this.#source(to), insert: this.written(insert) };
  }

  /** Lines that an editor inserts, as the source writes them. The first and the last join what is there. */
  written(insert: string): string {
    const lines = insert.split("\n");
    const last = lines.length - 1;
    return lines.map((line, at) => (at > 0 && (line !== "" || at === last) ? this.#prefix + line : line)).join(this.#ending);
  }

  #source(shown: number): number {
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lines[middle]?.shown ?? 0) <= shown) low = middle;
      else high = middle - 1;
    }
    const line = this.#lines[low];
    return line ? line.source + (shown - line.shown) : 0;
  }
}

/** The map of a text that may end in an empty line, which its editor shows. */
export function wholeMap(source: string, ending: string): LineMap {
  return new LineMap(source + ending, "", ending);
}

function commonStart(line: string, prefix: string): number {
  let length = 0;
  while (length < prefix.length && line[length] === prefix[length]) length += 1;
  return length;
}

/** The smallest change that makes one text of another: what is between their common beginning and end. */
export function differenceOf(before: string, after: string): Edit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shorter - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  // A surrogate pair is never divided: half of one is no text.
  if (isHigh(before, from - 1) || isHigh(after, from - 1)) from -= 1;
  if (end > 0 && (isLow(before, before.length - end) || isLow(after, after.length - end))) end -= 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Applies changes that all count from the text before any of them. */
export function applied(text: string, edits: readonly Edit[]): string {
  let changed = text;
  for (const { from, to, insert } of backwards(edits)) changed = changed.slice(0, from) + insert + changed.slice(to);
  return changed;
}

/** From the last place to the first, so that none moves the places of the others. Of two at one place, the first given stands first. */
export function backwards(edits: readonly Edit[]): Edit[] {
  return edits.toReversed().toSorted((a, b) => b.from - a.from || b.to - a.to);
}

/** By how much edits lengthen a text. */
export function sizeOf(edits: readonly Edit[]): number {
  return edits.reduce((sum, { from, to, insert }) => sum + insert.length - (to - from), 0);
}
