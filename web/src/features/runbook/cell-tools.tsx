import { runtimeLabel } from "./block-words.ts";
import { Icon } from "@/ui/icon.tsx";
import { Menu, type MenuItem } from "@/ui/menu.tsx";
import { toast } from "@/ui/toasts.tsx";
import { act, focusCell } from "./cell-focus.ts";
import type { Cell } from "./cells/cell-list.ts";
import { languageIn } from "./cells/dialect.ts";
import type { Editing } from "./cells/editing.ts";

/** What can be done with one cell. */
export function CellMenu({ cell, editing }: { cell: Cell; editing: Editing }) {
  const { id, kind } = cell;
  const at = editing.indexOf(id);
  const last = editing.list.cells.length - 1;
  const and = (action: () => void) => () => {
    act(action);
    focusCell(editing.selected);
  };
  const items: MenuItem[] = [
    { label: kind === "code" ? "Edit code" : "Edit text", icon: "edit", keys: "Enter", onSelect: () => editing.edit(id) },
    { label: "Move up", icon: "up", keys: "Alt ↑", disabled: at === 0, onSelect: and(() => editing.move(id, -1)) },
    { label: "Move down", icon: "down", keys: "Alt ↓", disabled: at === last, onSelect: and(() => editing.move(id, 1)) },
    { label: "Merge with the next", icon: "merge", keys: "M", disabled: !editing.canMerge(id), onSelect: and(() => editing.merge(id)) },
    { label: "Duplicate", icon: "copy", onSelect: and(() => editing.duplicate(id)) },
    kind === "code"
      ? { label: "Turn into text", icon: "text", keys: "m", onSelect: and(() => editing.convert(id, "prose")) }
      : { label: "Turn into a block", icon: "terminal", keys: "y", onSelect: and(() => editing.convert(id, "code")) },
    { label: "Delete", icon: "trash", keys: "d d", onSelect: () => removeCell(editing, id) },
  ];
  return <Menu icon="more" label={kind === "code" ? "Block actions" : "Text actions"} items={items} />;
}

/** Deletes a cell and says how it comes back. */
export function removeCell(editing: Editing, id: string): void {
  const { undoStack } = editing.live.undo;
  act(() => editing.remove(id));
  focusCell(editing.selected);
  const depth = undoStack.length;
  toast("Deleted.", "success", {
    label: "Undo",
    onSelect: () => {
      if (undoStack.length === depth) undo(editing, "undo");
      else toast("You did more since. Ctrl+Z takes back one step after the other.");
    },
  });
}

export function undo(editing: Editing, direction: "undo" | "redo"): void {
  act(() => editing.undo(direction));
  focusCell(editing.selected);
}

/** Between two cells: a place for a new one. */
export function InsertRow({ editing, beside, place }: { editing: Editing; beside: string | null; place: "above" | "below" }) {
  const look = "inline-flex h-6 items-center gap-1 rounded-full border border-line bg-raised px-2 text-xs font-medium text-ink-soft shadow-card hover:border-accent hover:text-accent";
  return (
    <div className={`insert-row ${place === "above" ? "top-0" : "bottom-0"}`}>
      <span className="insert-line" />
      {(["code", "prose"] as const).map((kind) => (
        <button key={kind} type="button" className={look} onClick={() => editing.insert(kind, beside, place)}>
          <Icon name="plus" className="size-3" />
          {kind === "code" ? "Block" : "Text"}
          <span className="sr-only">{place}</span>
        </button>
      ))}
      <span className="insert-line" />
    </div>
  );
}

const languages = ["python", "bash", "javascript", "typescript", "go", "rust"];

export function LanguageSelect({ cell, editing }: { cell: Cell; editing: Editing }) {
  const word = cell.fence ? (languageIn(cell.fence.info)?.word ?? "") : "";
  const options = languages.includes(word) ? languages : [word, ...languages];
  return (
    <select
      aria-label="Language"
      value={word}
      onChange={(event) => editing.changeLanguage(cell.id, event.target.value)}
      className="h-7 max-w-28 rounded-md border border-line bg-surface px-1.5 text-xs text-ink-soft hover:border-line-strong"
    >
      {options.map((it) => (
        <option key={it} value={it}>
          {runtimeLabelOf(it)}
        </option>
      ))}
    </select>
  );
}

const runtimes: Record<string, string> = { javascript: "node", go: "golang" };

function runtimeLabelOf(language: string): string {
  return language === "" ? "Plain" : runtimeLabel(runtimes[language] ?? language);
}
