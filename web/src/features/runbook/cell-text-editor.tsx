import { useEffect, useRef, useSyncExternalStore, type ReactNode } from "react";
import { hasCode, messageOf } from "@/api/errors.ts";
import type { Block } from "@/api/schema.ts";
import type { CellEditorHandle } from "@/ui/cell-editor.tsx";
import { toast } from "@/ui/toasts.tsx";
import type { Cell } from "./cells/cell-list.ts";
import type { Editing } from "./cells/editing.ts";
import { differenceOf } from "./cells/line-map.ts";
import { act, focusCell, focusNeighbour } from "./cell-focus.ts";
import { completionsOf } from "./completions.ts";
import { useEditing } from "./editing-context.ts";
import { loadEditor, loadedEditor, onEditorLoaded } from "./editor-loader.ts";


interface CellTextEditorProps {
  cell: Cell;
  editing: Editing;
  language: string;
  label: string;
  block: Block | null;
  onRun: () => void;
  /** Shown until the editor has been loaded. */
  children: ReactNode;
}

/** The text of the cell in edit mode, and the way between its editor and the live text. */
export function CellTextEditor({ cell, editing, language, label, block, onRun, children }: CellTextEditorProps) {
  const { session } = useEditing();
  const CellEditor = useSyncExternalStore(onEditorLoaded, loadedEditor);
  useEffect(loadEditor, []);
  const handle = useRef<CellEditorHandle>(null);
  const writing = useRef(false);

  useEffect(
    () =>
      editing.subscribe(() => {
        const editor = handle.current;
        if (!editor || writing.current || editing.edited !== cell.id) return;
        const change = differenceOf(editor.text(), editing.editedText);
        if (change) editor.change(change);
      }),
    [editing, cell.id],
  );

  const leave = () => {
    const next = cell.id;
    act(() => editing.leave());
    focusCell(editing.indexOf(next) < 0 ? editing.selected : next);
  };
  if (!CellEditor) return children;
  return (
    // It is one component from the moment it has been loaded.
    // oxlint-disable-next-line react/static-components
    <CellEditor
      ref={handle}
      initial={editing.editedText}
      label={label}
      kind={cell.kind}
      language={language}
      cursor={editing.cursor}
      onGone={(cursor) => editing.keepCursor(cell.id, cursor)}
      onChange={(changes) => {
        writing.current = true;
        try {
          for (const change of changes) editing.write(change);
        } finally {
          writing.current = false;
        }
      }}
      onLeave={leave}
      onRun={(then) => {
        onRun();
        if (then === "stay") return;
        act(() => editing.leave());
        focusNeighbour(cell.id, "down", cell.kind === "code" ? "runnable" : "any");
      }}
      onUndo={(direction) => act(() => editing.undo(direction))}
      onSplit={(at) => act(() => editing.split(at))}
      onEdge={(direction) => {
        act(() => editing.leave());
        focusNeighbour(cell.id, direction, "any");
      }}
      complete={cell.kind === "code" ? completionsOf(session, block) : null}
    />
  );
}

/** Runs what a cell is now; the page says what keeps it from that. */
export async function runCell(editing: Editing, id: string, run: (block: Block) => void): Promise<void> {
  try {
    const block = await editing.blockOf(id);
    if (block?.runnable) run(block);
    else toast("This block has no runtime. Choose another language.", "failure");
  } catch (error) {
    if (!hasCode(error, "block_changed")) toast(messageOf(error), "failure");
  }
}
