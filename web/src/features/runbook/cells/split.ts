/**
 * Splits the text of a document into cells without changing a character: each fence at the top level is
 * one, and so is each heading, paragraph, list, table or quote between them. Blank lines and front matter
 * belong to none. What the server calls a block lies within a cell or is one; when both differ about a
 * text, the server is right about what runs and this module about what is edited together.
 */
import { closes, openingOf, type FenceOpening } from "./fence.ts";
import { indentOf, isBlank, linesOf, type SourceLine } from "./source-lines.ts";

/** Offsets count from the beginning of the cell, so that a cell that only moves stays equal. */
export interface Fence extends FenceOpening {
  /** The first character of the info string; where one would begin if there is none. */
  infoFrom: number;
  /** The opening marker, its first character. */
  markerFrom: number;
  bodyFrom: number;
  /** The beginning of the closing line; the end of the cell if there is none. */
  bodyTo: number;
  closed: boolean;
}

export interface Span {
  kind: "code" | "prose";
  from: number;
  /** Behind the last character, before the line ending. */
  to: number;
  /** Counted from 1. */
  line: number;
  fence: Fence | null;
}

/** Lines, counted from 1, that are one cell whatever they look like. */
export interface Reserved {
  line: number;
  end_line: number;
}

export function splitCells(text: string, reserved: readonly Reserved[] = []): Span[] {
  const start = documentStart(text);
  const lines = linesOf(text, start.from);
  const spans: Span[] = [];
  let at = 0;
  for (const { line, end_line } of reserved.toSorted((a, b) => a.line - b.line)) {
    const first = Math.max(at, line - start.line);
    const last = Math.min(lines.length, end_line - start.line + 1);
    if (last <= first) continue;
    scan(text, lines, at, first, start.line, spans);
    spans.push({ kind: "code", from: lines[first]?.from ?? 0, to: lines[last - 1]?.to ?? 0, line: first + start.line, fence: null });
    at = last;
  }
  scan(text, lines, at, lines.length, start.line, spans);
  return spans;
}

/** Like `splitCells` for a part of a text that has no front matter. */
export function splitPart(text: string, from: number, to: number, line: number): Span[] {
  const spans: Span[] = [];
  const lines = linesOf(text, from, to);
  scan(text, lines, 0, lines.length, line, spans);
  return spans;
}

/** Where the document begins behind a byte order mark and front matter, as an offset and a line. */
export function documentStart(text: string): { from: number; line: number } {
  const from = text.startsWith("\u{feff}") ? 1 : 0;
  const opening = /^(---|\+\+\+)[ \t\r]*\n/.exec(text.slice(from, from + 200));
  if (opening) {
    const ends = opening[1] === "---" ? /^(---|\.\.\.)\s*$/ : /^\+\+\+\s*$/;
    const lines = linesOf(text, from + opening[0].length);
    // A blank line right after `---` makes it a thematic break.
    const last = isBlank(lines[0]?.text ?? "") ? -1 : lines.findIndex((line) => ends.test(line.text));
    const after = lines[last + 1];
    if (last >= 0) return { from: after?.from ?? text.length, line: last + 3 };
  } else if (text.startsWith("{", from)) {
    return jsonEnd(text, from);
  }
  return { from, line: 1 };
}

/** Longer front matter in JSON is not looked for: each candidate for its end is parsed. */
const jsonLines = 200;

function jsonEnd(text: string, from: number): { from: number; line: number } {
  const lines = linesOf(text, from);
  for (const [at, line] of lines.slice(0, jsonLines).entries()) {
    if (!line.text.trimEnd().endsWith("}")) continue;
    try {
      JSON.parse(text.slice(from, line.to));
      return { from: lines[at + 1]?.from ?? text.length, line: at + 2 };
    } catch {
      // An inner brace; the object ends later or never.
    }
  }
  return { from, line: 1 };
}

function scan(text: string, lines: readonly SourceLine[], first: number, end: number, firstLine: number, spans: Span[]): void {
  let at = first;
  while (at < end) {
    const line = lines[at]?.text ?? "";
    if (isBlank(line)) {
      at += 1;
      continue;
    }
    const opening = openingOf(line);
    const last = opening ? fenceEnd(lines, at, end, opening) : proseEnd(lines, at, end);
    const from = lines[at]?.from ?? 0;
    const to = lines[last]?.to ?? from;
    const span: Span = { kind: opening ? "code" : "prose", from, to, line: at + firstLine, fence: opening ? fenceOf(lines, at, last, opening) : null };
    push(text, spans, span);
    at = last + 1;
  }
}

/** Comments by which some dialects say what a fence is; they move with it. */
const attached = /^<!-- (?:livebook:\{|\$MDX)[\s\S]*-->$/;

function push(text: string, spans: Span[], span: Span): void {
  const before = spans.at(-1);
  if (span.fence && before?.kind === "prose" && attached.test(text.slice(before.from, before.to))) {
    const by = span.from - before.from;
    const { fence } = span;
    spans[spans.length - 1] = {
      ...span,
      from: before.from,
      line: before.line,
      fence: { ...fence, infoFrom: fence.infoFrom + by, markerFrom: fence.markerFrom + by, bodyFrom: fence.bodyFrom + by, bodyTo: fence.bodyTo + by },
    };
  } else {
    spans.push(span);
  }
}

function fenceEnd(lines: readonly SourceLine[], at: number, end: number, opening: FenceOpening): number {
  for (let next = at + 1; next < end; next += 1) if (closes(lines[next]?.text ?? "", opening)) return next;
  return end - 1;
}

function fenceOf(lines: readonly SourceLine[], first: number, last: number, opening: FenceOpening): Fence {
  const { text: line, from, to } = lines[first] ?? { text: "", from: 0, to: 0 };
  const closed = last > first && closes(lines[last]?.text ?? "", opening);
  const markerEnd = opening.prefix.length + opening.length;
  const space = line.slice(markerEnd).length - line.slice(markerEnd).trimStart().length;
  const end = (lines[last]?.to ?? to) - from;
  const bodyFrom = (lines[first + 1]?.from ?? to) - from;
  return {
    ...opening,
    markerFrom: opening.prefix.length,
    infoFrom: opening.info === "" ? markerEnd : markerEnd + space,
    bodyFrom: Math.min(bodyFrom, last > first ? bodyFrom : end),
    bodyTo: closed ? (lines[last]?.from ?? from) - from : end,
    closed,
  };
}

const heading = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const underline = /^ {0,3}(?:=+|-+)[ \t]*$/;
const thematic = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
/** A list item or a footnote: what is indented behind it belongs to it. */
const item = /^( {0,3})(?:([-+*]|\d{1,9}[.)])(?=[ \t]|$)|\[\^[^\]\s]+\]:)/;
/** HTML that goes on over blank lines, and where it ends. */
const closedHtml: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
];
const html = /^ {0,3}<\/?[a-z][\w-]*(?:[\s/>]|$)/i;

/** The last line of the prose that begins at `at`. */
function proseEnd(lines: readonly SourceLine[], at: number, end: number): number {
  const first = lines[at]?.text ?? "";
  if (heading.test(first)) return at;
  for (const [begins, ends] of closedHtml) {
    if (begins.test(first)) return firstFrom(lines, at, end, (line) => ends.test(line)) ?? end - 1;
  }
  if (html.test(first)) return (firstFrom(lines, at, end, isBlank) ?? end) - 1;
  if (indentOf(first) >= 4) return indentedEnd(lines, at, end);
  return paragraphEnd(lines, at, end);
}

function firstFrom(lines: readonly SourceLine[], from: number, end: number, holds: (line: string) => boolean): number | null {
  for (let at = from; at < end; at += 1) if (holds(lines[at]?.text ?? "")) return at;
  return null;
}

/** What is indented by so much, with the blank lines in between. */
function indentedEnd(lines: readonly SourceLine[], at: number, end: number): number {
  let last = at;
  for (let next = at + 1; next < end; next += 1) {
    const line = lines[next]?.text ?? "";
    if (isBlank(line)) continue;
    if (indentOf(line) < 4) break;
    last = next;
  }
  return last;
}

function paragraphEnd(lines: readonly SourceLine[], at: number, end: number): number {
  for (let next = at; next < end; next += 1) {
    const line = lines[next]?.text ?? "";
    if (next > at && (isBlank(line) || interrupts(line))) return next - 1;
    if (next > at && underline.test(line)) return next;
    if (next === at && thematic.test(line)) return at;
    if (isItem(line)) return listEnd(lines, next, end);
  }
  return end - 1;
}

function interrupts(line: string): boolean {
  return openingOf(line) !== null || heading.test(line) || closedHtml.some(([begins]) => begins.test(line));
}

function isItem(line: string): boolean {
  return item.test(line) && !thematic.test(line);
}

/** The column at which the content of an item begins. */
function contentColumn(line: string): number {
  const [marker = "", indent = "", bullet] = item.exec(line) ?? [];
  if (bullet === undefined) return 4;
  const spaces = indentOf(line.slice(marker.length));
  return indent.length + bullet.length + (spaces === 0 || spaces > 4 ? 1 : spaces);
}

function listEnd(lines: readonly SourceLine[], at: number, end: number): number {
  let column = contentColumn(lines[at]?.text ?? "");
  let last = at;
  let blanks = false;
  let open: FenceOpening | null = openingOf((lines[at]?.text ?? "").slice(column));
  for (let next = at + 1; next < end; next += 1) {
    const line = lines[next]?.text ?? "";
    if (isBlank(line)) {
      blanks = true;
      continue;
    }
    const inside = indentOf(line) >= column;
    if (open && inside) {
      if (closes(line.trimStart(), open)) open = null;
    } else if (inside) {
      open = openingOf(line.trimStart());
    } else if (isItem(line)) {
      column = contentColumn(line);
      open = openingOf(line.slice(column));
    } else if (blanks || open || interrupts(line) || thematic.test(line)) {
      break;
    }
    last = next;
    blanks = false;
  }
  return last;
}
