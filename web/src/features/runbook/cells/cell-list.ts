/**
 * The cells of a text as the page shows them: each keeps its identity while the text around it and within
 * it changes, so that its editor, its output and the reader's place stay where they are.
 */
import type { Block } from "@/api/schema.ts";
import { linesIn } from "./source-lines.ts";
import { splitCells, type Fence, type Reserved, type Span } from "./split.ts";

export interface NestedBlock {
  /** Counted from 1 within the cell. */
  line: number;
  block: Block;
}

/** Says nothing of where it stands, so that a cell that only moves stays equal. */
export interface Cell {
  id: string;
  kind: Span["kind"];
  source: string;
  fence: Fence | null;
  /** What the server makes of a cell of code; null until it has seen it. */
  block: Block | null;
  /** Blocks within lists and quotes. */
  nested: readonly NestedBlock[];
}

export interface CellList {
  text: string;
  cells: readonly Cell[];
  /** Where each cell stands in the text, in the same order. */
  spans: readonly Span[];
}

let made = 0;

export function freshId(): string {
  made += 1;
  return `c${made}`;
}

/** The cells of a text that the server has read. */
export function firstList(text: string, blocks: readonly Block[]): CellList {
  return withBlocks(listOf(null, text, splitCells(text, foreign(text, blocks))), text, blocks);
}

/** Blocks that are no fence, such as the components of MDX. */
function foreign(text: string, blocks: readonly Block[]): Reserved[] {
  if (blocks.length === 0) return [];
  const lines = text.split("\n");
  return blocks.filter(({ line }) => !/`{3,}|~{3,}/.test(lines[line - 1] ?? ""));
}

/** The same cells in another text, or in other places of it. `keep` is one that stays whatever became of it. */
export function listOf(before: CellList | null, text: string, spans: readonly Span[], keep?: { id: string; from: number }): CellList {
  const sources = spans.map(({ from, to }) => text.slice(from, to));
  const origins = originsOf(before?.cells ?? [], spans, sources, keep);
  const cells = spans.map((span, at): Cell => {
    const origin = origins[at];
    const source = sources[at] ?? "";
    if (origin && origin.source === source && origin.kind === span.kind) return origin;
    const { kind, fence } = span;
    return { id: origin?.id ?? freshId(), kind, source, fence, block: kind === "code" ? (origin?.block ?? null) : null, nested: [] };
  });
  return { text, cells, spans };
}

/** For each new cell the old one that it continues: beginnings and ends in common, equal texts, then the order. */
function originsOf(old: readonly Cell[], spans: readonly Span[], sources: readonly string[], keep?: { id: string; from: number }): (Cell | null)[] {
  const origins: (Cell | null)[] = spans.map(() => null);
  const used = new Set<Cell>();
  const pair = (at: number, cell: Cell | undefined) => {
    if (!cell) return;
    origins[at] = cell;
    used.add(cell);
  };
  if (keep) {
    const at = spans.findIndex(({ from }) => from === keep.from);
    if (at >= 0) pair(at, old.find(({ id }) => id === keep.id));
  }
  const same = (at: number, cell: Cell | undefined) => cell !== undefined && !used.has(cell) && !origins[at] && cell.source === sources[at];
  const shorter = Math.min(old.length, spans.length);
  let head = 0;
  while (head < shorter && (same(head, old[head]) || (origins[head] && origins[head] === old[head]))) {
    pair(head, old[head]);
    head += 1;
  }
  let tail = 1;
  while (tail <= shorter - head && same(spans.length - tail, old[old.length - tail])) {
    pair(spans.length - tail, old[old.length - tail]);
    tail += 1;
  }
  const waiting = new Map<string, Cell[]>();
  for (const cell of old.slice(head)) if (!used.has(cell)) waiting.set(cell.source, [...(waiting.get(cell.source) ?? []), cell]);
  for (const [at, source] of sources.entries()) if (!origins[at]) pair(at, waiting.get(source)?.shift());
  const left = old.filter((cell) => !used.has(cell));
  for (const [at, span] of spans.entries()) {
    if (origins[at]) continue;
    const next = left.findIndex((cell) => cell.kind === span.kind);
    if (next < 0) continue;
    pair(at, left[next]);
    left.splice(next, 1);
  }
  return origins;
}

/** Gives each cell what the server says of it. What changed since the server read the text keeps its block. */
export function withBlocks(list: CellList, read: string, blocks: readonly Block[]): CellList {
  if (read !== list.text) return fromRead(list, firstList(read, blocks));
  const queue = blocks.toSorted((a, b) => a.line - b.line);
  let next = 0;
  const cells = list.cells.map((cell, at) => {
    const span = list.spans[at];
    if (!span) return cell;
    const openLine = span.line + (cell.fence ? linesIn(cell.source.slice(0, cell.fence.markerFrom)) : 0);
    const last = span.line + linesIn(cell.source);
    let own: Block | null = null;
    const nested: NestedBlock[] = [];
    while (next < queue.length && (queue[next]?.line ?? 0) <= last) {
      const block = queue[next];
      if (block && cell.kind === "code" && block.line === openLine) own = block;
      else if (block && block.line >= span.line) nested.push({ line: block.line - span.line + 1, block });
      next += 1;
    }
    return withNews(cell, own, nested);
  });
  return { ...list, cells };
}

/** The text has moved on since the server read it: blocks go to the cells that continue those it saw. */
function fromRead(list: CellList, read: CellList): CellList {
  const origins = originsOf(read.cells, list.spans, list.cells.map(({ source }) => source));
  const cells = list.cells.map((cell, at) => {
    const origin = origins[at];
    return origin && origin.kind === cell.kind && origin.block ? withNews(cell, origin.block, cell.nested) : cell;
  });
  return { ...list, cells };
}

function withNews(cell: Cell, block: Block | null, nested: readonly NestedBlock[]): Cell {
  const sameNested =
    nested.length === cell.nested.length &&
    nested.every((it, at) => it.line === cell.nested[at]?.line && sameBlock(it.block, cell.nested[at]?.block ?? null));
  if (sameBlock(block, cell.block) && sameNested) return cell;
  return { ...cell, block, nested };
}

/** Whether two readings of a block say the same, but for where it stands. */
function sameBlock(a: Block | null, b: Block | null): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  return a.content_hash === b.content_hash && placeless(a) === placeless(b);
}

function placeless({ line: _line, end_line: _end, ...rest }: Block): string {
  return JSON.stringify(rest);
}
