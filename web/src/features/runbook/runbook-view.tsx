import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Block, Diagnostic, Runbook, RuntimeName } from "@/api/schema.ts";
import { runtimesQuery } from "@/features/code/runtimes.ts";
import { SessionDesk } from "@/features/session/session-desk.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Announcer } from "./announcer.tsx";
import { focusCellSoon } from "./cell-focus.ts";
import { undo } from "./cell-tools.tsx";
import { blocksOf, sectionsOf, type Section } from "./cells/outline.ts";
import { DiagnosticList } from "./diagnostic-list.tsx";
import { EditingContext } from "./editing-context.ts";
import { loadEditor } from "./editor-loader.ts";
import { OutlineRail, type OutlineProps } from "./outline-panel.tsx";
import { RunbookContext, RunnableBlocks, useRunbookContext, useRunner } from "./runbook-context.ts";
import { RunbookDocument } from "./runbook-document.tsx";
import { RunbookHeader } from "./runbook-header.tsx";
import { useSetSession } from "./runbook-queries.ts";
import { TextNotices } from "./save-words.tsx";
import { SourceView } from "./source-view.tsx";
import { useArrival } from "./use-arrival.ts";
import { useFolds } from "./use-folds.ts";
import { useNewInputs } from "./use-inputs.ts";
import { useLiveEditing } from "./use-live-editing.ts";
import { useNewRunner } from "./use-runner.ts";
import { useStale } from "./use-stale.ts";

/** Until the server has said what is missing, every block may be tried. */
const none: ReadonlyMap<RuntimeName, string> = new Map();

interface RunbookViewProps {
  runbook: Runbook;
  /** Shows the whole source in one editor. */
  source: boolean;
  /** Where that editor opens, or what is brought into view. */
  line: number | null;
}

export function RunbookView({ runbook, source, line }: RunbookViewProps) {
  const { editing, list, latest } = useLiveEditing(runbook);
  const inputs = useNewInputs(runbook);
  const runner = useNewRunner(runbook, inputs, latest);
  const { blocks, diagnostics } = runbook;
  const stale = useStable(useStale(runbook, runner), entriesOf);
  const problems = useStable(useMemo(() => problemsOf(blocks, diagnostics), [blocks, diagnostics]), entriesOf);
  const forms = useStable(useMemo(() => formsOf(runbook), [runbook]), entriesOf);
  useArrival(runbook, source ? null : line);
  const { data: missingRuntimes = none } = useQuery(runtimesQuery);
  const context = useMemo(
    () => ({ runner, missingRuntimes, stale, problems, inputs, forms }),
    [runner, missingRuntimes, stale, problems, inputs, forms],
  );
  const runnable = useMemo(() => blocks.filter((block) => block.runnable), [blocks]);

  const hasForm = runbook.inputs.some((input) => input.line === null);
  const session = useRef(runbook.session);
  useEffect(() => {
    session.current = runbook.session;
  }, [runbook.session]);
  const editor = useMemo(() => ({ editing, session: () => session.current }), [editing]);

  const { cells } = list;
  const sections = useStable(useMemo(() => sectionsOf(cells), [cells]));
  const ids = useStable(useMemo(() => blocksOf(sections, cells), [sections, cells]));
  const { folded, toggle, unfold } = useFolds(runbook.id);
  const outline = useMemo((): OutlineProps => {
    const onJump = (section: Section) => {
      const around = sections.filter(({ from, to }) => from < section.from && section.from < to);
      unfold(around.map(({ slug }) => slug));
      focusCellSoon(section.id, "start");
    };
    return { sections, blocks: ids, folded, onJump, onFold: toggle };
  }, [sections, ids, folded, toggle, unfold]);

  useEffect(() => {
    if (!editing) return;
    const idle = setTimeout(loadEditor, preloadAfterMs);
    const onKey = (event: KeyboardEvent) => {
      const elsewhere = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable=true], dialog");
      if (event.defaultPrevented || elsewhere || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      undo(editing, event.shiftKey ? "redo" : "undo");
    };
    addEventListener("keydown", onKey);
    return () => {
      clearTimeout(idle);
      removeEventListener("keydown", onKey);
    };
  }, [editing]);

  return (
    <RunbookContext value={context}>
      <EditingContext value={editor}>
        <RunnableBlocks value={runnable}>
          <RunbookHeader runbook={runbook} source={source} outline={outline} />
        </RunnableBlocks>
        <Announcer blocks={runnable} session={runbook.session} />
        {source ? null : <OutlineRail outline={outline} />}
        <main id="content" className={`mx-auto w-full flex-1 px-4 pt-8 pb-32 sm:px-6 ${source ? "max-w-5xl" : "max-w-[50rem] sm:pt-12"}`}>
          {runbook.drifted ? (
            <Notice tone="warning" className="mb-8">
              The file on disk has changed since it was opened. What you read and run here is the version from then; to
              get the new one, stop <code className="font-mono text-[0.8125rem]">runbook open</code> in its terminal and start it again.
            </Notice>
          ) : null}
          {editing ? <TextNotices editing={editing} /> : null}
          {source ? (
            <SourceView runbook={runbook} editing={editing} line={line} />
          ) : (
            <>
              <DiagnosticList runbook={runbook} />
              <RunbookDocument list={list} sections={sections} folded={folded} onFold={toggle} hasForm={hasForm} />
            </>
          )}
        </main>
        <Desk runbook={runbook} />
      </EditingContext>
    </RunbookContext>
  );
}

/** Beside the document, so that what runs renders it alone again. */
function Desk({ runbook }: { runbook: Runbook }) {
  const { runner: held } = useRunbookContext();
  const runner = useRunner(held);
  return <SessionDesk session={runbook.session} running={runner.isRunning} onSession={useSetSession(runbook.id)} />;
}

/** The editor is loaded when the page has long been shown, and before anybody looks for it, in milliseconds. */
const preloadAfterMs = 500;

/** The same value as before as long as the new one says the same: what it is given to need not render again. */
function useStable<T>(value: T, wordsOf: (value: T) => string = JSON.stringify): T {
  const [kept, setKept] = useState(value);
  if (kept === value || wordsOf(kept) === wordsOf(value)) return kept;
  setKept(value);
  return value;
}

function entriesOf(map: ReadonlyMap<string, unknown>): string {
  return JSON.stringify([...map]);
}

/** What is wrong within each block. Lines are left out: they change whenever something above is edited. */
function problemsOf(blocks: readonly Block[], diagnostics: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  const problems = new Map<string, readonly Diagnostic[]>();
  for (const { id, line, end_line: end } of diagnostics.length > 0 ? blocks : []) {
    const own = diagnostics.filter((it) => it.line >= line && it.line <= end);
    if (own.length > 0) problems.set(id, own.map((it) => ({ ...it, line: it.line - line })));
  }
  return problems;
}

/** The blocks that ask for inputs, each with the line by which its fields name it. */
function formsOf({ blocks, inputs }: Runbook): ReadonlyMap<string, number> {
  const lines = new Set(inputs.map(({ line }) => line));
  return new Map(blocks.filter(({ line }) => lines.has(line)).map(({ id, line }) => [id, line]));
}
