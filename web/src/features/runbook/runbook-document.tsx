import { Fragment, memo, useEffect, useMemo, useRef, useState, useSyncExternalStore, type DragEvent, type FocusEvent } from "react";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { cellKeys } from "./cell-keys.ts";
import { act, cellOf, focusCell } from "./cell-focus.ts";
import { CellView, type Fold } from "./cell-view.tsx";
import type { Cell, CellList } from "./cells/cell-list.ts";
import { definitionsFor, definitionsOf } from "./cells/definitions.ts";
import type { Editing } from "./cells/editing.ts";
import { hiddenBy, type Section } from "./cells/outline.ts";
import { useEditing } from "./editing-context.ts";
import { loadedEditor, onEditorLoaded } from "./editor-loader.ts";
import { InputsForm } from "./inputs-form.tsx";

interface RunbookDocumentProps {
  list: CellList;
  sections: readonly Section[];
  folded: ReadonlySet<string>;
  onFold: (slug: string) => void;
  /** Whether the front matter asks for inputs: below the title, or above a document that begins without one. */
  hasForm?: boolean;
}

/** The whole document as cells, in reading order. Keys and dragging are heard here, for all of them. */
export function RunbookDocument({ list, sections, folded, onFold, hasForm = false }: RunbookDocumentProps) {
  const { editing } = useEditing();
  const { cells } = list;
  const ready = useSyncExternalStore(editing?.subscribe ?? never, () => editing?.isReady ?? false);
  const hasEditor = useSyncExternalStore(onEditorLoaded, () => loadedEditor() !== null);
  const definitions = useMemo(() => definitionsOf(cells), [cells]);
  const hidden = useMemo(() => hiddenBy(sections, folded, cells), [sections, folded, cells]);
  const folds = useMemo(() => new Map(sections.map((section) => [section.id, foldOf(section, folded)])), [sections, folded]);
  const formBelowTitle = hasForm && sections[0]?.from === 0;
  const groups = useMemo(() => groupsOf(cells), [cells]);
  const shown = useGrowing(groups.length);
  const onKeyDown = useMemo(() => (editing ? cellKeys(editing) : undefined), [editing]);
  const dragged = useRef<string | null>(null);

  const onFocus = (event: FocusEvent) => {
    const id = cellOf(event.target);
    if (editing && id !== null) editing.select(id);
  };
  const onBlur = (event: FocusEvent) => {
    if (!editing || editing.edited === null || !document.hasFocus()) return;
    // A menu of the browser or of the page is no reason to end the editing; another place of the page is.
    if (event.currentTarget.contains(event.relatedTarget) || cellOf(event.target) !== editing.edited) return;
    editing.leave();
  };
  const onDragStart = (event: DragEvent) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-handle]")) return;
    const cell = event.target.closest<HTMLElement>("[data-cell]");
    dragged.current = cell?.dataset["cell"] ?? null;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    if (cell) event.dataTransfer.setDragImage(cell, 0, 0);
  };
  const onDragOver = (event: DragEvent) => {
    const over = dropOf(event);
    if (dragged.current === null || !over) return;
    event.preventDefault();
    mark(event.currentTarget, over.cell, over.place);
  };
  const onDrop = (event: DragEvent) => {
    const over = dropOf(event);
    const id = dragged.current;
    end(event);
    const beside = over?.cell.dataset["cell"];
    if (!editing || !over || id === null || beside === undefined || beside === id) return;
    event.preventDefault();
    act(() => editing.place(id, beside, over.place));
    focusCell(id);
  };
  const end = (event: DragEvent) => {
    dragged.current = null;
    mark(event.currentTarget, null, "above");
  };

  if (cells.length === 0) {
    return (
      <BlankSlate
        icon="file"
        title="This runbook is empty"
        action={
          editing ? (
            <div className="flex gap-2">
              <Button look="primary" icon="plus" onClick={() => editing.insert("code", null, "below")}>
                Block
              </Button>
              <Button icon="plus" onClick={() => editing.insert("prose", null, "below")}>
                Text
              </Button>
            </div>
          ) : null
        }
      >
        {editing ? "Begin with a block that runs, or with text that says what it is for." : "Its author has not written anything yet."}
      </BlankSlate>
    );
  }
  return (
    // Its cells take the focus; what they hear is handled for all of them at once.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <article
      className="cells"
      data-ready={(ready && hasEditor) || undefined}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onBlur={onBlur}
      onDragStart={onDragStart}
      onDragOver={onDragOver}
      onDrop={onDrop}
      onDragEnd={end}
    >
      {hasForm && !formBelowTitle ? form : null}
      {groups.slice(0, shown).map((group) => (
        <CellGroup key={group.from} {...group} hasForm={formBelowTitle && group.from === 0} definitions={definitions} hidden={hidden} folds={folds} editing={editing} onFold={onFold} />
      ))}
      {shown < groups.length ? <div aria-hidden="true" style={{ height: `${(groups.length - shown) * groupSize * 6}rem` }} /> : null}
    </article>
  );
}

const never = () => () => undefined;

/** Cells that are compared and rendered together, so that a letter typed into one costs little in a long document. */
const groupSize = 40;

interface Group {
  from: number;
  cells: readonly Cell[];
}

function groupsOf(cells: readonly Cell[]): Group[] {
  return Array.from({ length: Math.ceil(cells.length / groupSize) }, (_, at) => ({
    from: at * groupSize,
    cells: cells.slice(at * groupSize, (at + 1) * groupSize),
  }));
}

/** How many groups to show: a window full at once, the others whenever the page has nothing better to do. */
function useGrowing(total: number): number {
  const [shown, setShown] = useState(1);
  useEffect(() => {
    if (shown >= total) return;
    const grow = () => setShown((before) => before + 1);
    if (typeof requestIdleCallback === "undefined") {
      const timer = setTimeout(grow);
      return () => clearTimeout(timer);
    }
    const idle = requestIdleCallback(grow, { timeout: 200 });
    return () => cancelIdleCallback(idle);
  }, [shown, total]);
  return shown;
}

const form = (
  <div className="cell" data-kind="code">
    <InputsForm line={null} />
  </div>
);

interface CellGroupProps extends Group {
  /** The form stands behind the first of these cells. */
  hasForm: boolean;
  definitions: ReadonlyMap<string, string>;
  hidden: ReadonlySet<string>;
  folds: ReadonlyMap<string, Fold>;
  editing: Editing | null;
  onFold: (slug: string) => void;
}

const CellGroup = memo(
  function CellGroup({ from, cells, definitions, hidden, folds, editing, onFold, hasForm }: CellGroupProps) {
    const views = cells.map((cell, at) =>
      hidden.has(cell.id) ? null : (
        <CellView
          key={cell.id}
          cell={cell}
          definitions={cell.kind === "prose" ? definitionsFor(cell.source, definitions) : ""}
          editing={editing}
          first={from + at === 0}
          fold={folds.get(cell.id) ?? null}
          onFold={onFold}
        />
      ),
    );
    return hasForm ? [views[0], <Fragment key="form">{form}</Fragment>, ...views.slice(1)] : views;
  },
  (a, b) =>
    a.editing === b.editing &&
    a.onFold === b.onFold &&
    a.hasForm === b.hasForm &&
    a.cells.length === b.cells.length &&
    a.cells.every(
      (cell, at) =>
        cell === b.cells[at] && a.hidden.has(cell.id) === b.hidden.has(cell.id) && a.folds.get(cell.id)?.hides === b.folds.get(cell.id)?.hides && sameSlug(a, b, cell),
    ) &&
    sameDefinitions(a.definitions, b.definitions),
);

function sameSlug(a: CellGroupProps, b: CellGroupProps, { id }: Cell): boolean {
  return a.folds.get(id)?.slug === b.folds.get(id)?.slug;
}

function sameDefinitions(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a === b || (a.size === b.size && [...a].every(([label, text]) => b.get(label) === text));
}

function foldOf({ level, title, slug, from, to }: Section, folded: ReadonlySet<string>): Fold {
  return { level, title, slug, hides: folded.has(slug) ? to - from - 1 : 0 };
}

function dropOf(event: DragEvent): { cell: HTMLElement; place: "above" | "below" } | null {
  const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-cell]") : null;
  if (!cell) return null;
  const { top, height } = cell.getBoundingClientRect();
  return { cell, place: event.clientY < top + height / 2 ? "above" : "below" };
}

/** Shows where a dragged cell would go. Set on the element: the pointer moves more often than React should render. */
function mark(article: Element, cell: HTMLElement | null, place: "above" | "below"): void {
  for (const marked of article.querySelectorAll("[data-drop]")) if (marked !== cell) marked.removeAttribute("data-drop");
  cell?.setAttribute("data-drop", place);
}
