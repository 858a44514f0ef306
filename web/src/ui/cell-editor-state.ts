/**
 * The editor that takes the place of one piece of a page, and looks as that piece did: no gutter, the same
 * letters at the same place. Undo is the page's, since a step may concern more than this piece.
 */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { simplifySelection } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { closeSearchPanel, searchPanelOpen } from "@codemirror/search";
import { Compartment, EditorState, Prec, type Extension, type StateEffect } from "@codemirror/state";
import { EditorView, keymap, type KeyBinding } from "@codemirror/view";
import { indents } from "./code-editor-state.ts";
import { languageNamed } from "./editor-languages.ts";
import { heart } from "./editor-look.ts";
import { documentLanguage } from "./markdown-editor-state.ts";
import { fromElsewhere, type TextChange } from "./text-change.ts";

export type CellEditorKind = "code" | "prose";

export interface CellEditorEvents {
  /** Changes of one step, the last place first: none moves the places of those after it. */
  onChange: (changes: TextChange[]) => void;
  /** Escape. */
  onLeave: () => void;
  /** Ctrl+Enter stays; Shift+Enter goes on to the next. */
  onRun: (then: "stay" | "next") => void;
  onUndo: (direction: "undo" | "redo") => void;
  /** Ctrl+Shift+-, with the place of the cursor. */
  onSplit: (at: number) => void;
  /** An arrow key before the first or behind the last character. */
  onEdge: (direction: "up" | "down") => void;
  complete: CompletionSource | null;
}

const coloured = new Compartment();

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", fontSize: "0.8438rem" },
  ".cm-scroller": { lineHeight: "1.65", minHeight: "0", overflowX: "auto" },
  ".cm-content": { padding: "0.875rem 0" },
  ".cm-line": { padding: "0 1rem" },
});

const proseLook = EditorView.theme({
  "&": { fontSize: "0.9375rem" },
  ".cm-content": { padding: "0.5rem 0" },
  ".cm-line": { padding: "0 0.75rem" },
});

/** How long typing must pause before completions are asked for, in milliseconds. */
const completionDelay = 200;

export function cellState(doc: string, label: string, kind: CellEditorKind, language: string, events: CellEditorEvents): EditorState {
  const { onChange, complete } = events;
  return EditorState.create({
    doc,
    extensions: [
      Prec.highest(keymap.of([{ key: "Escape", run: (view) => closeSomething(view) || done(events.onLeave)() }])),
      Prec.high(keymap.of(keysOf(events))),
      coloured.of(kind === "prose" ? documentLanguage() : []),
      EditorState.lineSeparator.of("\n"),
      EditorState.allowMultipleSelections.of(true),
      indentUnit.of(indents[language] ?? "  "),
      EditorState.tabSize.of(4),
      // The look of the other editors yields to this one.
      kind === "prose" ? [proseLook, EditorView.lineWrapping] : codeHelp(complete),
      look,
      heart(),
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: kind === "prose" ? "true" : "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || update.transactions.some((it) => it.annotation(fromElsewhere))) return;
        const changes: TextChange[] = [];
        update.changes.iterChanges((from, to, _from, _to, inserted) => changes.push({ from, to, insert: inserted.toString() }));
        onChange(changes.toReversed());
      }),
    ],
  });
}

function codeHelp(complete: CompletionSource | null): Extension {
  return [
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: complete ? [complete] : [], activateOnTypingDelay: completionDelay, icons: false }),
  ];
}

/** What Escape ends before it ends the editing. */
function closeSomething(view: EditorView): boolean {
  if (completionStatus(view.state) === "active") return closeCompletion(view);
  if (searchPanelOpen(view.state)) return closeSearchPanel(view);
  return simplifySelection(view);
}

function keysOf({ onRun, onUndo, onSplit, onEdge }: CellEditorEvents): KeyBinding[] {
  const edge = (direction: "up" | "down") => (view: EditorView) => {
    const { main } = view.state.selection;
    if (!main.empty || main.head !== (direction === "up" ? 0 : view.state.doc.length)) return false;
    onEdge(direction);
    return true;
  };
  return [
    { key: "Mod-Enter", run: done(() => onRun("stay")), preventDefault: true },
    { key: "Shift-Enter", run: done(() => onRun("next")), preventDefault: true },
    { key: "Mod-z", run: done(() => onUndo("undo")), preventDefault: true },
    { key: "Mod-Shift-z", run: done(() => onUndo("redo")), preventDefault: true },
    { key: "Mod-y", run: done(() => onUndo("redo")), preventDefault: true },
    { key: "Ctrl-Shift--", run: split(onSplit), preventDefault: true },
    { key: "Ctrl-Shift-_", run: split(onSplit), preventDefault: true },
    { key: "ArrowUp", run: edge("up") },
    { key: "ArrowDown", run: edge("down") },
  ];
}

function split(onSplit: (at: number) => void) {
  return (view: EditorView) => {
    onSplit(view.state.selection.main.head);
    return true;
  };
}

function done(act: () => void) {
  return () => {
    act();
    return true;
  };
}

/** The colours of a language, when they have arrived; null for one without. */
export async function cellColouring(language: string): Promise<StateEffect<unknown> | null> {
  const found = languageNamed(language);
  return found ? coloured.reconfigure(await found.load()) : null;
}
