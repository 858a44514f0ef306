/**
 * The editing of one runbook: its cells, which of them the reader is at, and what the reader does with
 * them. Every action becomes small changes of the live text; the cells follow from the text, whoever
 * changed it. Holds no React.
 *
 *   command mode: a cell is selected     ──Enter──▶     edit mode: its text has the cursor
 *   keys act on the cell as a whole      ◀──Escape──    keys are typed
 */
import type { YTextEvent } from "yjs";
import type { Block } from "@/api/schema.ts";
import type { LiveText } from "../text/live-text.ts";
import { firstList, freshId, listOf, withBlocks, type Cell, type CellList } from "./cell-list.ts";
import { languageIn } from "./dialect.ts";
import { sizeOf, type Edit } from "./line-map.ts";
import * as operations from "./operations.ts";
import { regionEdits, regionText, shiftRegion, type Region } from "./region.ts";
import { linesIn } from "./source-lines.ts";
import { documentStart, splitCells, splitPart, type Span } from "./split.ts";

export type Place = "above" | "below";

/** The cell whose text has the cursor. */
interface Active {
  id: string;
  /** Of prose: the part of the text that is being edited, whatever it looks like meanwhile. */
  region: Region | null;
}

export class Editing {
  readonly live: LiveText;
  list: CellList;
  selected: string | null = null;
  version = 0;
  /** Set for the editor that opens next: where its cursor shall be. */
  cursor: number | null = null;

  #active: Active | null = null;
  /** What the editor of the active cell writes at this moment. */
  #typing: readonly Edit[] | null = null;
  #changedAt = 0;
  #wanted: (() => void) | null = null;
  #listeners = new Set<() => void>();
  #ends: (() => void)[];

  /** `list` has the cells of the stored text as they are shown already. */
  constructor(live: LiveText, list: CellList = firstList(live.saved.content, live.saved.blocks)) {
    this.live = live;
    this.list = list;
    this.#ends = [live.onText((event) => this.#follow(event)), live.subscribe(() => this.#read())];
    this.#read();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#listeners.clear();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The id of the cell in edit mode. */
  get edited(): string | null {
    return this.#active?.id ?? null;
  }

  get isReady(): boolean {
    return this.live.synced && this.live.refusal === null;
  }

  indexOf(id: string | null): number {
    return this.list.cells.findIndex((cell) => cell.id === id);
  }

  cell(id: string | null): Cell | null {
    return this.list.cells[this.indexOf(id)] ?? null;
  }

  /** The cell that a line of the stored text belongs to. */
  cellAt(line: number): Cell | null {
    const after = this.list.spans.findIndex((span) => span.line > line);
    return this.list.cells[after < 0 ? this.list.cells.length - 1 : Math.max(0, after - 1)] ?? null;
  }

  select(id: string | null): void {
    if (id === this.selected && (this.#active === null || this.#active.id === id)) return;
    if (this.#active && this.#active.id !== id) this.leave();
    this.selected = id;
    this.#tell();
  }

  /** Puts the cursor into a cell's text. */
  edit(id: string, cursor: number | null = null): void {
    if (this.#isEarly(() => this.edit(id, cursor)) || !this.isReady || this.#active?.id === id) return;
    this.leave();
    const index = this.indexOf(id);
    const span = this.list.spans[index];
    if (!span || (span.kind === "code" && !span.fence)) return;
    this.live.undo.stopCapturing();
    this.cursor = cursor;
    this.selected = id;
    this.#active = { id, region: span.fence ? null : { from: span.from, to: span.to, seal: "", pending: null } };
    this.#tell();
  }

  /** Remembers where the cursor was in an editor that is put up again at once. */
  keepCursor(id: string, cursor: number): void {
    if (this.edited === id) this.cursor = cursor;
  }

  /** Ends edit mode; the cell stays selected. What was emptied goes away. */
  leave(): void {
    const active = this.#active;
    if (!active) return;
    const index = this.indexOf(active.id);
    const span = this.list.spans[index];
    this.#active = null;
    this.live.undo.stopCapturing();
    if (active.region?.pending) {
      this.selected = this.list.cells[index - 1]?.id ?? this.list.cells[index + 1]?.id ?? null;
    } else if (active.region && span && this.live.text.slice(active.region.from, active.region.to).trim() === "") {
      this.#perform(operations.remove(this.#sheet(), index), active.id);
    }
    this.#split(active.region ? { id: active.id, from: active.region.from } : undefined);
    this.#tell();
  }

  /** The text of the cell in edit mode as its editor shows it, lines ending in `\n`. */
  get editedText(): string {
    const { text } = this.live;
    const region = this.#active?.region;
    if (region) return regionText(region, text);
    const span = this.list.spans[this.indexOf(this.edited)];
    return span ? operations.codeOf({ text, spans: [] }, span) : "";
  }

  /** A change that was made in the editor of the cell in edit mode. */
  write(change: Edit): void {
    const active = this.#active;
    if (!active) return;
    const sheet = this.#sheet();
    const span = sheet.spans[this.indexOf(active.id)];
    const begins = active.region?.pending ?? null;
    const edits = active.region ? regionEdits(active.region, this.live.text, change) : span ? operations.editCode(sheet, span, change) : [];
    // With its first words a new cell brings blank lines along, which belong to no cell.
    this.#typing = begins ? [] : edits;
    try {
      this.live.edit(edits);
    } finally {
      this.#typing = null;
    }
  }

  /** A new cell beside another one, in edit mode. */
  insert(kind: "code" | "prose", beside: string | null, place: Place, language?: string): void {
    if (this.#isEarly(() => this.insert(kind, beside, place, language)) || !this.isReady) return;
    this.leave();
    const at = this.indexOf(beside);
    const index = at < 0 ? this.list.cells.length : at + (place === "below" ? 1 : 0);
    const sheet = this.#sheet();
    if (kind === "prose") {
      this.#draft(sheet, index);
      return;
    }
    const source = operations.newBlock(sheet, language ?? this.#languageNear(index));
    this.#perform(operations.insert(sheet, index, source), null, "edit");
  }

  remove(id: string): void {
    this.#at(id, (sheet, index) => {
      const next = this.list.cells[index + 1]?.id ?? this.list.cells[index - 1]?.id ?? null;
      this.#perform(operations.remove(sheet, index), next);
    });
  }

  /** Moves a cell by so many places. */
  move(id: string, by: -1 | 1): void {
    this.#at(id, (sheet, index) => {
      const target = by < 0 ? index - 1 : index + 2;
      if (target >= 0 && target <= sheet.spans.length) this.#perform(operations.moveTo(sheet, index, target), id);
    });
  }

  /** Moves a cell to stand before or behind another. */
  place(id: string, beside: string, place: Place): void {
    this.#at(id, (sheet, index) => {
      const target = this.indexOf(beside) + (place === "below" ? 1 : 0);
      this.#perform(operations.moveTo(sheet, index, target), id);
    });
  }

  duplicate(id: string): void {
    this.#at(id, (sheet, index) => this.#perform(operations.duplicate(sheet, index), null));
  }

  canMerge(id: string): boolean {
    return operations.canMerge(this.list, this.indexOf(id));
  }

  merge(id: string): void {
    this.#at(id, (sheet, index) => {
      if (operations.canMerge(sheet, index)) this.#perform(operations.merge(sheet, index), id);
    });
  }

  /** Divides the cell in edit mode at its cursor, a place in what its editor shows. */
  split(at: number): void {
    const id = this.edited;
    if (id === null) return;
    this.leave();
    this.#at(id, (sheet, index) => this.#perform(operations.split(sheet, index, at), null, "edit"));
    this.cursor = 0;
  }

  convert(id: string, to: Cell["kind"]): void {
    this.#at(id, (sheet, index) => {
      if (sheet.spans[index]?.kind !== to) this.#perform(operations.convert(sheet, index, this.#languageNear(index)), id);
    });
  }

  changeLanguage(id: string, language: string): void {
    const index = this.indexOf(id);
    const span = this.list.spans[index];
    if (!span || !this.isReady) return;
    this.live.undo.stopCapturing();
    this.live.edit(operations.changeLanguage(this.#sheet(), span, language));
    this.live.undo.stopCapturing();
  }

  /** Takes back the reader's last step, or makes it again, and goes where it was. */
  undo(direction: "undo" | "redo" = "undo"): void {
    if (!this.live.undo[direction]()) return;
    if (this.#active && this.indexOf(this.#active.id) < 0) this.#active = null;
    if (this.#active === null) this.selected = this.#cellFrom(this.#changedAt)?.id ?? this.selected;
    this.#tell();
  }

  /** Has everything stored, and gives the block that a cell now is. */
  async blockOf(id: string): Promise<Block | null> {
    await this.latest();
    return this.cell(id)?.block ?? null;
  }

  /** Has everything stored, and gives the blocks as the server has them then. */
  async latest(): Promise<readonly Block[]> {
    const { blocks } = this.live.synced ? await this.live.flush() : this.live.saved;
    return blocks;
  }

  /** Whether the server's text is still on its way. What the reader wants last is done when it is here. */
  #isEarly(wanted: () => void): boolean {
    if (this.live.synced || this.live.refusal !== null) return false;
    this.#wanted = wanted;
    return true;
  }

  #sheet(): operations.Sheet {
    return { text: this.live.text, spans: this.list.spans };
  }

  #at(id: string, act: (sheet: operations.Sheet, index: number) => void): void {
    if (!this.isReady) return;
    this.leave();
    const index = this.indexOf(id);
    if (index >= 0) act(this.#sheet(), index);
  }

  /** Makes an operation one step of its own and selects `id`, or else the cell where the operation goes on. */
  #perform({ edits, focus }: operations.Operation, id: string | null, then: "select" | "edit" = "select"): void {
    if (edits.length === 0) return;
    this.live.undo.stopCapturing();
    this.live.edit(edits);
    this.live.undo.stopCapturing();
    const next = (id === null ? null : this.cell(id)) ?? this.#cellFrom(focus);
    this.selected = next?.id ?? null;
    if (next && then === "edit") this.edit(next.id);
    this.#tell();
  }

  #cellFrom(offset: number): Cell | null {
    const { spans, cells } = this.list;
    const exact = spans.findIndex(({ to }) => to >= offset);
    return cells[exact < 0 ? cells.length - 1 : exact] ?? null;
  }

  /** The language of the block before a place, or else of the first one. */
  #languageNear(index: number): string {
    const fences = this.list.cells.map(({ fence }) => (fence ? (languageIn(fence.info)?.word ?? null) : null));
    return fences.slice(0, index).findLast((word) => word !== null) ?? fences.find((word) => word !== null) ?? "python";
  }

  /** Prose that is not in the text before its first word. */
  #draft(sheet: operations.Sheet, index: number): void {
    const [edit] = operations.insert(sheet, index, "\u{0}").edits;
    const [lead = "", tail = ""] = (edit?.insert ?? "").split("\u{0}");
    const from = edit?.from ?? documentStart(sheet.text).from;
    const id = freshId();
    this.#active = { id, region: { from, to: from, seal: "", pending: { lead, tail } } };
    const span: Span = { kind: "prose", from, to: from, line: 0, fence: null };
    const cell: Cell = { id, kind: "prose", source: "", fence: null, block: null, nested: [] };
    this.list = { ...this.list, cells: this.list.cells.toSpliced(index, 0, cell), spans: this.list.spans.toSpliced(index, 0, span) };
    this.cursor = 0;
    this.selected = id;
    this.#tell();
  }

  /** The text has changed, by this page or another. */
  #follow({ delta }: YTextEvent): void {
    const region = this.#active?.region;
    this.#changedAt = delta[0]?.retain ?? 0;
    const typed = this.#typing;
    if (region && !typed) shiftRegion(region, delta);
    if (!this.#active || !typed || typed.length === 0 || !this.#grow(this.#active, typed)) this.#split();
    this.#tell();
  }

  /** What is typed into a cell leaves all others as they are: they only move. */
  #grow(active: Active, edits: readonly Edit[]): boolean {
    const { text } = this.live;
    const at = this.indexOf(active.id);
    const [cell, span] = [this.list.cells[at], this.list.spans[at]];
    if (!cell || !span) return false;
    const to = active.region ? active.region.to + active.region.seal.length : span.to + sizeOf(edits);
    const lines = linesIn(text, span.from, to) - linesIn(this.list.text, span.from, span.to);
    const [own] = active.region ? [{ ...span, to }] : splitPart(text, span.from, to, span.line);
    if (!own || own.to !== to || own.kind !== span.kind) return false;
    const by = to - span.to;
    const moved = this.list.spans.slice(at + 1).map((it) => ({ ...it, from: it.from + by, to: it.to + by, line: it.line + lines }));
    const grown: Cell = { ...cell, source: text.slice(own.from, to), fence: own.fence };
    this.list = { text, cells: this.list.cells.with(at, grown), spans: [...this.list.spans.slice(0, at), own, ...moved] };
    return true;
  }

  #split(keep?: { id: string; from: number }): void {
    const { text } = this.live;
    const active = this.#active;
    if (!active?.region) {
      this.list = listOf(this.list, text, splitCells(text), keep);
      return;
    }
    const { from, to, seal } = active.region;
    const start = documentStart(text);
    const end = to + seal.length;
    const own: Span = { kind: "prose", from, to: end, line: 1 + linesIn(text, 0, from), fence: null };
    const before = splitPart(text, start.from, Math.max(start.from, from), start.line);
    const after = splitPart(text, Math.min(text.length, end), text.length, 1 + linesIn(text, 0, end));
    this.list = listOf(this.list, text, [...before, own, ...after], { id: active.id, from });
  }

  /** The server has stored something, or the connection has changed. */
  #read(): void {
    const { saved, synced, text } = this.live;
    if (!synced) {
      this.#tell();
      return;
    }
    if (this.list.text !== text) this.#split();
    this.list = withBlocks(this.list, saved.content, saved.blocks);
    this.#tell();
    const wanted = this.#wanted;
    this.#wanted = null;
    wanted?.();
  }

  #tell(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
