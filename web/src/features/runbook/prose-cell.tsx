import type { MouseEvent } from "react";
import { CellTextEditor } from "./cell-text-editor.tsx";
import { CellMenu } from "./cell-tools.tsx";
import type { Cell } from "./cells/cell-list.ts";
import { isSilent } from "./cells/definitions.ts";
import type { Editing } from "./cells/editing.ts";
import type { CellMode } from "./editing-context.ts";
import { Prose } from "./prose.tsx";

interface ProseCellProps {
  cell: Cell;
  definitions: string;
  editing: Editing | null;
  mode: CellMode;
  attended: boolean;
  /** Whether the Tab key stops here: at one cell of a document, from which arrows lead on. */
  tabStop: boolean;
}

/** Text between blocks: rendered, or its Markdown with the cursor in it. */
export function ProseCell({ cell, definitions, editing, mode, attended, tabStop }: ProseCellProps) {
  const { source, nested } = cell;
  const silent = isSilent(cell);
  if (!editing) return silent ? null : <Prose source={source} definitions={definitions} nested={nested} />;
  const onClick = (event: MouseEvent) => {
    const on = event.target instanceof Element ? event.target.closest("a, button, input, select, summary, section, pre") : null;
    if (on === null && getSelection()?.isCollapsed) editing.edit(cell.id);
  };
  const shown = (
    // The keyboard edits with Enter, which the document hears.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      data-cell-focus
      role="group"
      aria-label={`Text: ${wordsOf(source)}`}
      tabIndex={tabStop ? 0 : -1}
      onClick={onClick}
      className="cursor-text rounded-md focus-visible:outline-offset-4"
    >
      {silent ? <SilentText source={source} attended={attended} /> : <Prose source={source} definitions={definitions} nested={nested} />}
    </div>
  );
  return (
    <>
      {mode === "edit" ? (
        <div className="prose-editor -mx-3 rounded-lg border border-accent bg-surface">
          <CellTextEditor cell={cell} editing={editing} language="markdown" label="Text in Markdown" block={null} onRun={nothing}>
            {shown}
          </CellTextEditor>
        </div>
      ) : (
        shown
      )}
      {attended && mode !== "edit" ? (
        <div className="cell-side">
          <CellMenu cell={cell} editing={editing} />
        </div>
      ) : null}
    </>
  );
}

/** What readers do not see, such as a comment: an empty line, until somebody comes near who may edit it. */
function SilentText({ source, attended }: { source: string; attended: boolean }) {
  return <p className="h-5 truncate font-mono text-xs leading-5 text-ink-faint">{attended ? source : ""}</p>;
}

const nothing = () => undefined;

function wordsOf(source: string): string {
  const words = source.replace(/[#>*_`|-]+/g, " ").replace(/\s+/g, " ").trim();
  return words.length > 60 ? `${words.slice(0, 60)}…` : words;
}
