/** The keys of command mode, as notebooks have them. They act on the cell that has the focus. */
import type { KeyboardEvent } from "react";
import { act, cellOf, focusCell, focusEnd, focusNeighbour } from "./cell-focus.ts";
import { removeCell, undo } from "./cell-tools.tsx";
import type { Editing } from "./cells/editing.ts";

/** Two presses of a key within so many milliseconds are one command. */
const twiceMs = 800;

export function cellKeys(editing: Editing) {
  let deleteAt = -twiceMs;
  return (event: KeyboardEvent): void => {
    const { target } = event;
    // A letter means the same with Caps Lock.
    const key = event.key.length > 1 ? event.key : event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
    if (event.defaultPrevented || !(target instanceof HTMLElement) || !target.matches("[data-cell-focus]")) return;
    const id = cellOf(target);
    if (id === null) return;
    const change = (action: () => void) => {
      act(action);
      focusCell(editing.selected);
    };
    const commands: Record<string, () => void> = event.altKey
      ? { ArrowUp: () => change(() => editing.move(id, -1)), ArrowDown: () => change(() => editing.move(id, 1)) }
      : plainCommands(editing, id, change);
    if (event.ctrlKey || event.metaKey) {
      if (key.toLowerCase() !== "z" && key !== "y") return;
      event.preventDefault();
      undo(editing, key === "z" ? "undo" : "redo");
      return;
    }
    if (key === "Enter" && event.shiftKey) {
      // Blocks run and go on by themselves.
      if (target.matches("[data-runnable]")) return;
      event.preventDefault();
      focusNeighbour(id, "down", "any");
      return;
    }
    if (key === "d" && !event.altKey) {
      const twice = event.timeStamp - deleteAt < twiceMs;
      deleteAt = twice ? -twiceMs : event.timeStamp;
      if (twice) removeCell(editing, id);
      return;
    }
    const command = commands[key];
    if (!command) return;
    event.preventDefault();
    command();
  };
}

function plainCommands(editing: Editing, id: string, change: (action: () => void) => void): Record<string, () => void> {
  const go = (direction: "up" | "down") => () => focusNeighbour(id, direction, "any");
  return {
    Enter: () => act(() => editing.edit(id)),
    ArrowDown: go("down"),
    j: go("down"),
    ArrowUp: go("up"),
    k: go("up"),
    Home: () => focusEnd("up"),
    End: () => focusEnd("down"),
    a: () => act(() => editing.insert("code", id, "above")),
    b: () => act(() => editing.insert("code", id, "below")),
    A: () => act(() => editing.insert("prose", id, "above")),
    B: () => act(() => editing.insert("prose", id, "below")),
    m: () => change(() => editing.convert(id, "prose")),
    y: () => change(() => editing.convert(id, "code")),
    M: () => change(() => editing.merge(id)),
    z: () => undo(editing, "undo"),
    Z: () => undo(editing, "redo"),
  };
}
