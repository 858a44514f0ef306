/** Where the keyboard is among the cells of the page. The focus shows which cell is selected. */
import { flushSync } from "react-dom";

/** Shows what an action changed before the focus goes there. */
export function act(action: () => void): void {
  flushSync(action);
}

const focusable = "[data-cell-focus]";

export function focusCell(id: string | null, block: ScrollLogicalPosition = "nearest"): void {
  if (id === null) return;
  const cell = elementOf(id);
  // An editor in it takes the focus by itself.
  if (!cell || cell.dataset["mode"] === "edit") return;
  cell.querySelector<HTMLElement>(focusable)?.focus({ preventScroll: true });
  cell.scrollIntoView({ block });
}

/** Goes to a cell that may not have been shown yet: long documents appear bit by bit. */
export function focusCellSoon(id: string, block: ScrollLogicalPosition, frames = 600): void {
  requestAnimationFrame(() => {
    if (elementOf(id)) focusCell(id, block);
    else if (frames > 0) focusCellSoon(id, block, frames - 1);
  });
}

/** Goes to the cell before or after one, or to the next that runs; stays where there is none. */
export function focusNeighbour(id: string | null, direction: "up" | "down", kind: "any" | "runnable"): void {
  const cells = shown();
  const at = cells.findIndex((cell) => cell.dataset["cell"] === id);
  const rest = direction === "down" ? cells.slice(at + 1) : cells.slice(0, Math.max(0, at)).toReversed();
  const next = rest.find((cell) => kind === "any" || cell.querySelector("[data-runnable]"));
  focusCell(next?.dataset["cell"] ?? id);
}

export function focusEnd(direction: "up" | "down"): void {
  const cells = shown();
  focusCell((direction === "up" ? cells[0] : cells.at(-1))?.dataset["cell"] ?? null);
}

/** The cell that an element lies in. */
export function cellOf(element: EventTarget | null): string | null {
  return element instanceof Element ? (element.closest<HTMLElement>("[data-cell]")?.dataset["cell"] ?? null) : null;
}

function elementOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
}

function shown(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-cell]")];
}

/** The place in an element's text that a click hit; null where the browser cannot tell. */
export function offsetAt(element: Element, x: number, y: number): number | null {
  const caret = document.caretPositionFromPoint?.(x, y);
  if (!caret || !element.contains(caret.offsetNode)) return null;
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(caret.offsetNode, caret.offset);
  return range.toString().length;
}
