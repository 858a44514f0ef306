import type { MouseEvent } from "react";
import type { Block } from "@/api/schema.ts";
import { Code } from "@/ui/code.tsx";
import { nameOf } from "./block-words.ts";
import { offsetAt } from "./cell-focus.ts";
import { CellTextEditor, runCell } from "./cell-text-editor.tsx";
import { CellMenu, LanguageSelect } from "./cell-tools.tsx";
import type { Cell } from "./cells/cell-list.ts";
import { languageIn } from "./cells/dialect.ts";
import type { Editing } from "./cells/editing.ts";
import { LineMap } from "./cells/line-map.ts";
import type { CellMode } from "./editing-context.ts";
import { FileBlock } from "./file-block.tsx";
import { InputsForm } from "./inputs-form.tsx";
import { RunnableBlock } from "./runnable-block.tsx";
import { useRunbookContext } from "./runbook-context.ts";

interface CodeCellProps {
  cell: Cell;
  editing: Editing | null;
  mode: CellMode;
  /** The pointer is over it, or it is selected. */
  attended: boolean;
}

/** A cell that is one fence: a block that runs, a file, or code that is only shown. */
export function CodeCell({ cell, editing, mode, attended }: CodeCellProps) {
  const { runner, forms } = useRunbookContext();
  const block = cell.block ?? unread(cell);
  const name = nameOf(block);
  const language = (cell.fence ? languageIn(cell.fence.info)?.word : null) ?? block.language ?? "";
  const run = () => {
    if (editing && cell.fence) void runCell(editing, cell.id, (now) => void runner.run(now));
    else void runner.run(block);
  };
  const text = editing && cell.fence ? bodyOf(cell) : block.code;
  const label = block.path === null ? `Code of ${name}` : `Content of ${block.path}`;
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (!editing || !cell.fence || !getSelection()?.isCollapsed) return;
    const code = event.currentTarget.querySelector("code");
    editing.edit(cell.id, code ? offsetAt(code, event.clientX, event.clientY) : null);
  };
  const shown = (
    // The keyboard edits through the cell itself: Enter.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div onClick={onClick} className={editing && cell.fence ? "cursor-text" : undefined}>
      <Code text={text} language={language === "" ? null : language} label={label} />
    </div>
  );
  const code =
    editing && mode === "edit" ? (
      <CellTextEditor cell={cell} editing={editing} language={language} label={label} block={cell.block} onRun={run}>
        {shown}
      </CellTextEditor>
    ) : (
      shown
    );
  const tools =
    editing && cell.fence && attended ? (
      <>
        {mode === "edit" ? <LanguageSelect cell={cell} editing={editing} /> : null}
        <CellMenu cell={cell} editing={editing} />
      </>
    ) : null;
  const form = forms.get(block.id);
  if (form !== undefined && mode !== "edit") {
    return (
      <div data-cell-focus role="group" aria-label="Inputs" tabIndex={-1} className="relative rounded-xl">
        <InputsForm line={form} />
        {tools ? <div className="absolute top-1.5 right-1.5 flex items-center rounded-lg bg-surface">{tools}</div> : null}
      </div>
    );
  }
  if (block.kind === "file") return <FileBlock block={block} code={code} tools={tools} />;
  if (block.runnable) return <RunnableBlock block={block} code={code} isEdited={mode === "edit"} tools={tools} onRun={run} />;
  return (
    <div
      data-cell-focus
      role="group"
      aria-label="Code that is not run"
      tabIndex={-1}
      className="relative overflow-hidden rounded-xl border border-line bg-sunken in-data-[mode=edit]:border-accent"
    >
      {code}
      {tools ? <div className="absolute top-1.5 right-1.5 flex items-center gap-1.5 rounded-lg bg-sunken">{tools}</div> : null}
    </div>
  );
}

function bodyOf({ source, fence }: Cell): string {
  return fence ? new LineMap(source.slice(fence.bodyFrom, fence.bodyTo), fence.prefix, "\n").value : "";
}

const runtimes: Record<string, Block["runtime"]> = {
  python: "python",
  bash: "bash",
  sh: "bash",
  javascript: "node",
  js: "node",
  node: "node",
  typescript: "typescript",
  go: "golang",
  rust: "rust",
};

/** A block that the server has not read yet: what it will most likely say. */
function unread(cell: Cell): Block {
  const info = cell.fence?.info ?? "";
  const language = languageIn(info)?.word ?? null;
  const runtime = runtimes[language ?? ""] ?? null;
  const file = /^file\b/.test(info);
  const block: Partial<Block> = {
    id: cell.id,
    kind: file ? "file" : "code",
    runnable: !file && runtime !== null,
    index: null,
    name: "new block",
    language,
    runtime,
    path: file ? "new file" : null,
    line: 0,
    end_line: 0,
    code: bodyOf(cell),
    content_hash: "",
    timeout_ms: null,
    needs: [],
    tags: [],
    background: false,
    manual: false,
    expect: "success",
    hide: "nothing",
    secrets: [],
  };
  return block as Block;
}
