import { memo, useState } from "react";
import { Icon } from "@/ui/icon.tsx";
import { InsertRow } from "./cell-tools.tsx";
import type { Cell } from "./cells/cell-list.ts";
import type { Editing } from "./cells/editing.ts";
import { CodeCell } from "./code-cell.tsx";
import { useCellMode } from "./editing-context.ts";
import { ProseCell } from "./prose-cell.tsx";

interface CellViewProps {
  cell: Cell;
  definitions: string;
  editing: Editing | null;
  first: boolean;
  /** Of a heading; null elsewhere. */
  fold: Fold | null;
  onFold: (slug: string) => void;
}

export interface Fold {
  level: number;
  title: string;
  slug: string;
  /** How many cells it hides. Not hidden: 0. */
  hides: number;
}

/** One cell and what surrounds it: handle, fold, and a place for a new one. Knows nothing of the others. */
export const CellView = memo(
  function CellView({ cell, definitions, editing, first, fold, onFold }: CellViewProps) {
    const mode = useCellMode(editing, cell.id);
    const [hovered, setHovered] = useState(false);
    const attended = editing !== null && (hovered || mode !== "none");
    return (
      <div
        data-cell={cell.id}
        data-kind={cell.kind}
        data-mode={mode}
        data-attended={attended || undefined}
        data-heading={fold?.level}
        data-folded={(fold?.hides ?? 0) > 0 || undefined}
        className="cell"
        onPointerEnter={editing ? () => setHovered(true) : undefined}
        onPointerLeave={editing ? () => setHovered(false) : undefined}
      >
        {attended && mode !== "edit" ? (
          <span data-handle draggable aria-hidden="true" title="Drag to move" className="cell-handle">
            <Icon name="grip" className="size-4" />
          </span>
        ) : null}
        {fold ? (
          <button
            type="button"
            aria-expanded={fold.hides === 0}
            aria-label={`${fold.hides === 0 ? "Fold" : "Unfold"} ${fold.title}`}
            onClick={() => onFold(fold.slug)}
            className="cell-fold"
          >
            <Icon name="chevron" className={`size-4 transition-transform ${fold.hides === 0 ? "rotate-90" : ""}`} />
          </button>
        ) : null}
        {cell.kind === "code" ? (
          <CodeCell cell={cell} editing={editing} mode={mode} attended={attended} />
        ) : (
          <ProseCell cell={cell} definitions={definitions} editing={editing} mode={mode} attended={attended} tabStop={first} />
        )}
        {fold && fold.hides > 0 ? (
          <button type="button" onClick={() => onFold(fold.slug)} className="mt-2 rounded-md text-[0.8125rem] text-ink-faint hover:text-ink">
            {fold.hides} {fold.hides === 1 ? "part" : "parts"} folded
          </button>
        ) : null}
        {attended && mode !== "edit" ? <InsertRow editing={editing} beside={cell.id} place="below" /> : null}
        {attended && first && mode !== "edit" ? <InsertRow editing={editing} beside={cell.id} place="above" /> : null}
      </div>
    );
  },
  (a, b) =>
    a.cell === b.cell && a.editing === b.editing && a.definitions === b.definitions && a.first === b.first && a.onFold === b.onFold && sameFold(a.fold, b.fold),
);

function sameFold(a: Fold | null, b: Fold | null): boolean {
  return a === b || (a !== null && b !== null && a.slug === b.slug && a.hides === b.hides && a.level === b.level);
}
