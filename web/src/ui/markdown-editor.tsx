import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { setDiagnostics } from "@codemirror/lint";
import { Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { fromElsewhere, type TextChange } from "./text-change.ts";
import { editorState } from "./markdown-editor-state.ts";

export interface EditorMark {
  severity: "error" | "warning";
  message: string;
  line: number;
  column: number;
}

export interface EditorHandle {
  /** Makes a change that someone else made. */
  change: (change: TextChange) => void;
  goTo: (line: number) => void;
}

interface MarkdownEditorProps {
  initial: string;
  label: string;
  marks: readonly EditorMark[];
  onChange: (text: string) => void;
  onSave: () => void;
  ref?: Ref<EditorHandle>;
}

/** The source of a document. The text lives in the editor; the page hears of each change. */
export function MarkdownEditor({ initial, label, marks, onChange, onSave, ref }: MarkdownEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ initial, label, onChange, onSave });
  useEffect(() => {
    latest.current = { initial, label, onChange, onSave };
  });

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: editorState(latest.current.initial, latest.current.label, {
        onChange: (text) => latest.current.onChange(text),
        onSave: () => latest.current.onSave(),
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { doc } = editor.state;
    const found = marks.map((mark) => {
      const line = doc.line(Math.min(Math.max(1, mark.line), doc.lines));
      return { from: Math.min(line.from + mark.column - 1, line.to), to: line.to, severity: mark.severity, message: mark.message };
    });
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [marks]);

  useImperativeHandle(ref, () => ({
    // Someone else's words: undo takes back only what was typed here.
    change: (change) => view.current?.dispatch({ changes: change, annotations: [fromElsewhere.of(true), Transaction.addToHistory.of(false)] }),
    goTo: (line) => {
      const editor = view.current;
      if (!editor) return;
      const { from } = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
      editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      editor.focus();
    },
  }));

  return <div ref={host} className="overflow-hidden rounded-xl border border-line bg-surface shadow-card [--editor-height:55vh] focus-within:border-accent" />;
}
