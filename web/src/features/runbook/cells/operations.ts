/**
 * What a reader does with cells, each as the fewest changes of the text. Every function takes the text and
 * its cells as `splitCells` gives them; what is outside the cells concerned keeps every byte, except that
 * two cells that come to touch get a blank line between them.
 */
import { newInfo, withLanguage, withoutName } from "./dialect.ts";
import { lengthFor, sealOf } from "./fence.ts";
import { LineMap, sizeOf, type Edit } from "./line-map.ts";
import { endingOf } from "./source-lines.ts";
import { documentStart, type Fence, type Span } from "./split.ts";

export interface Sheet {
  text: string;
  spans: readonly Span[];
}

export interface Operation {
  edits: Edit[];
  /** Where, in the text after the edits, the cell begins that the reader goes on with. */
  focus: number;
}

/** What a cell is as text. */
export function sourceOf({ text }: Sheet, span: Span): string {
  return text.slice(span.from, span.to);
}

export function codeOf(sheet: Sheet, span: Span): string {
  const { fence } = span;
  if (!fence) return "";
  const body = sheet.text.slice(span.from + fence.bodyFrom, span.from + fence.bodyTo);
  return new LineMap(body, fence.prefix, "\n").value;
}

/** Text as a cell before the cell at `index`; behind the last one if there is none there. */
export function insert(sheet: Sheet, index: number, source: string): Operation {
  const { text, spans } = sheet;
  const end = endingOf(text);
  const next = spans[index];
  const previous = spans[index - 1];
  if (next) {
    const lead = previous && !blankBetween(text, previous, next) ? end : "";
    return { edits: [{ from: next.from, to: next.from, insert: `${lead}${source}${end}${end}` }], focus: next.from + lead.length };
  }
  if (previous) {
    const lead = end + end;
    return { edits: [{ from: previous.to, to: previous.to, insert: lead + source }], focus: previous.to + lead.length };
  }
  const { from } = documentStart(text);
  // Behind front matter that ends the text; a byte order mark alone needs no line of its own.
  const lead = from > 1 && text[from - 1] !== "\n" ? end + end : "";
  return { edits: [{ from, to: from, insert: `${lead}${source}${end}` }], focus: from + lead.length };
}

/** An empty block in the document's own dialect. */
export function newBlock({ text, spans }: Sheet, language: string): string {
  const fences = spans.flatMap(({ fence }) => (fence ? [fence] : []));
  const end = endingOf(text);
  const marker = fences[0] ? fences[0].character.repeat(3) : "```";
  return `${marker}${newInfo(fences, language)}${end}${end}${marker}`;
}

export function remove(sheet: Sheet, index: number): Operation {
  const { text, spans } = sheet;
  const [previous, span, next] = [spans[index - 1], spans[index], spans[index + 1]];
  if (!span) return { edits: [], focus: 0 };
  if (previous && next) {
    if (blankBetween(text, previous, span)) return { edits: [{ from: span.from, to: next.from, insert: "" }], focus: span.from };
    if (blankBetween(text, span, next)) {
      return { edits: [{ from: previous.to, to: span.to, insert: "" }], focus: next.from - (span.to - previous.to) };
    }
    const end = endingOf(text);
    return { edits: [{ from: span.from, to: next.from, insert: end }], focus: span.from + end.length };
  }
  if (next) return { edits: [{ from: span.from, to: next.from, insert: "" }], focus: span.from };
  if (previous) return { edits: [{ from: previous.to, to: span.to, insert: "" }], focus: previous.from };
  return { edits: [{ from: span.from, to: behindEnding(text, span.to), insert: "" }], focus: span.from };
}

/** Moves a cell to stand before what is now at `target`; to the end if nothing is there. */
export function moveTo(sheet: Sheet, index: number, target: number): Operation {
  const { spans } = sheet;
  const span = spans[index];
  if (!span || target === index || target === index + 1) return { edits: [], focus: span?.from ?? 0 };
  const removed = remove(sheet, index);
  const inserted = insert(sheet, Math.min(target, spans.length), sourceOf(sheet, span));
  const shift = target > index ? sizeOf(removed.edits) : 0;
  return { edits: [...removed.edits, ...inserted.edits], focus: inserted.focus + shift };
}

export function duplicate(sheet: Sheet, index: number): Operation {
  const span = sheet.spans[index];
  if (!span) return { edits: [], focus: 0 };
  const source = sourceOf(sheet, span);
  const { fence } = span;
  const copy = fence ? source.slice(0, fence.infoFrom) + withoutName(fence.info) + source.slice(fence.infoFrom + fence.info.length) : source;
  return insert(sheet, index + 1, copy);
}

/** Divides a cell before a place in its code or, for prose, in its source. */
export function split(sheet: Sheet, index: number, at: number): Operation {
  const span = sheet.spans[index];
  if (!span) return { edits: [], focus: 0 };
  return span.fence ? splitCode(sheet, span, span.fence, at) : splitProse(sheet, span, at);
}

function splitCode(sheet: Sheet, span: Span, fence: Fence, at: number): Operation {
  const { text } = sheet;
  const end = endingOf(text);
  const base = span.from + fence.bodyFrom;
  const body = text.slice(base, span.from + fence.bodyTo);
  const map = new LineMap(body, fence.prefix, end);
  const code = map.value;
  // The line ending at the cursor becomes the one before the new fence.
  const left = at > 0 && code[at - 1] === "\n" ? at - 1 : at;
  const right = left === at && code[at] === "\n" ? at + 1 : at;
  const cut = map.edit({ from: left, to: right, insert: "" });
  const from = left === 0 ? 0 : cut.from;
  const startsLine = right === 0 || code[right - 1] === "\n";
  const lineStart = body.lastIndexOf("\n", cut.to - 1) + 1;
  const to = right >= code.length ? body.length : startsLine ? lineStart : cut.to;
  const marker = fence.prefix + fence.character.repeat(fence.length);
  const closing = `${left === 0 ? "" : end}${marker}${end}${end}`;
  const opening = `${marker}${withoutName(fence.info)}${end}${to === cut.to && right < code.length && !startsLine ? fence.prefix : ""}`;
  return { edits: [{ from: base + from, to: base + to, insert: closing + opening }], focus: base + from + closing.length };
}

function splitProse(sheet: Sheet, span: Span, at: number): Operation {
  const end = endingOf(sheet.text);
  const source = sourceOf(sheet, span);
  const shown = new LineMap(source, "", end);
  const place = shown.edit({ from: at, to: at, insert: "" }).from;
  const from = source.slice(0, place).trimEnd().length;
  const to = place + (source.slice(place).length - source.slice(place).replace(/^[ \t]*\r?\n/, "").length);
  if (from === 0 || to >= source.length) return { edits: [], focus: span.from };
  return { edits: [{ from: span.from + from, to: span.from + to, insert: end + end }], focus: span.from + from + 2 * end.length };
}

/** Whether a cell and the next can become one: two of code, or two of prose. */
export function canMerge({ spans }: Sheet, index: number): boolean {
  const [span, next] = [spans[index], spans[index + 1]];
  if (!span || !next || span.kind !== next.kind) return false;
  return span.kind === "prose" || (span.fence?.closed === true && next.fence !== null);
}

export function merge(sheet: Sheet, index: number): Operation {
  const { text, spans } = sheet;
  const [span, next] = [spans[index], spans[index + 1]];
  if (!span || !next || !canMerge(sheet, index)) return { edits: [], focus: span?.from ?? 0 };
  if (!span.fence || !next.fence) return { edits: [{ from: span.to, to: next.from, insert: endingOf(text) }], focus: span.from };
  const { fence } = span;
  const nextBody = text.slice(next.from + next.fence.bodyFrom, next.from + next.fence.bodyTo);
  const moved = new LineMap(nextBody, next.fence.prefix, endingOf(text));
  const lines = moved.value.split("\n").map((line) => (line === "" ? "" : fence.prefix + line));
  const insertion = next.fence.prefix === fence.prefix ? null : lines.join(endingOf(text)) + (nextBody.endsWith("\n") ? endingOf(text) : "");
  const join: Edit =
    insertion === null
      ? { from: span.from + fence.bodyTo, to: next.from + next.fence.bodyFrom, insert: "" }
      : { from: span.from + fence.bodyTo, to: next.from + next.fence.bodyTo, insert: insertion };
  const code = `${codeOf(sheet, span)}\n${moved.value}`;
  const length = Math.max(lengthFor(code, fence), 3);
  const edits = [join, ...lengthened(span.from + fence.markerFrom, fence.length, length, fence.character)];
  const close = next.fence.closed ? closingAt(text, next) : null;
  if (close) edits.push({ from: close.from, to: close.to, insert: fence.character.repeat(length) });
  return { edits: edits.filter((it) => it.from !== it.to || it.insert !== ""), focus: span.from };
}

/** The closing marker of a fence. */
function closingAt(text: string, span: Span): Pick<Edit, "from" | "to"> {
  const line = text.slice(span.from + (span.fence?.bodyTo ?? 0), span.to);
  const from = span.from + (span.fence?.bodyTo ?? 0) + (line.length - line.trimStart().length);
  return { from, to: from + line.trim().length };
}

function lengthened(at: number, has: number, needs: number, character: string): Edit[] {
  return needs > has ? [{ from: at, to: at, insert: character.repeat(needs - has) }] : [];
}

/** A change in the code as an editor shows it. The fence grows where the code needs it. */
export function editCode(sheet: Sheet, span: Span, change: Edit): Edit[] {
  const { fence } = span;
  if (!fence) return [];
  const end = endingOf(sheet.text);
  const base = span.from + fence.bodyFrom;
  const body = sheet.text.slice(base, span.from + fence.bodyTo);
  const map = new LineMap(body, fence.prefix, end);
  const inner = map.edit(change);
  const edits: Edit[] = [{ from: base + inner.from, to: base + inner.to, insert: inner.insert }];
  if (body === "") {
    const opened = fence.bodyFrom > 0 && sheet.text[base - 1] !== "\n" ? end : "";
    edits[0] = { from: base, to: base, insert: `${opened}${fence.prefix}${inner.insert}${end}` };
  }
  const code = map.value.slice(0, change.from) + change.insert + map.value.slice(change.to);
  const length = lengthFor(code, fence);
  if (length === fence.length || !fence.closed) return edits;
  const close = closingAt(sheet.text, span);
  return [...edits, ...lengthened(span.from + fence.markerFrom, fence.length, length, fence.character), { ...close, insert: fence.character.repeat(Math.max(length, close.to - close.from)) }];
}

export function changeLanguage(_sheet: Sheet, span: Span, language: string): Edit[] {
  const { fence } = span;
  if (!fence) return [];
  const info = withLanguage(fence.info, language);
  const from = span.from + fence.infoFrom;
  return info === fence.info ? [] : [{ from, to: from + fence.info.length, insert: info }];
}

/** Makes a block of prose, or prose of a block's code. */
export function convert(sheet: Sheet, index: number, language: string): Operation {
  const { text } = sheet;
  const span = sheet.spans[index];
  if (!span) return { edits: [], focus: 0 };
  const end = endingOf(text);
  const whole = (source: string): Operation => ({ edits: [{ from: span.from, to: span.to, insert: source }], focus: span.from });
  if (span.fence) {
    const prose = codeOf(sheet, span).trim();
    return prose === "" ? remove(sheet, index) : whole(sealed(prose.split("\n").join(end), end));
  }
  const source = sourceOf(sheet, span);
  const fences = sheet.spans.flatMap(({ fence }) => (fence ? [fence] : []));
  const character = fences[0]?.character ?? "`";
  const marker = character.repeat(lengthFor(source, { character, length: 3 }));
  return whole(`${marker}${newInfo(fences, language)}${end}${source}${end}${marker}`);
}

/** Prose that opens a fence and leaves it open would take what follows into it; it is closed. */
export function sealed(prose: string, ending: string): string {
  const seal = sealOf(prose);
  return seal === "" ? prose : `${prose}${prose.endsWith("\n") ? "" : ending}${seal}`;
}

function blankBetween(text: string, before: Span, after: Span): boolean {
  return (text.slice(before.to, after.from).match(/\n/g)?.length ?? 0) > 1;
}

function behindEnding(text: string, at: number): number {
  const rest = /^\r?\n/.exec(text.slice(at, at + 2))?.[0] ?? "";
  return at + rest.length;
}
