import { useEffect, useRef } from "react";
import { EditorView } from "@codemirror/view";
import { codeState, colouring } from "./code-editor-state.ts";

interface CodeEditorProps {
  /** The text to begin with. It then lives in the editor: another text needs another `key`. */
  initial: string;
  label: string;
  language: string;
  onChange: (text: string) => void;
  /** Ctrl+Enter. */
  onRun?: () => void;
  className?: string;
}

/** A program in one language. Ctrl+M gives the Tab key back to the page, as does Escape for one press. */
export function CodeEditor({ initial, label, language, onChange, onRun, className = "" }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ initial, label, language, onChange, onRun });
  useEffect(() => {
    latest.current = { initial, label, language, onChange, onRun };
  });

  useEffect(() => {
    if (!host.current) return;
    const { initial: text, label: name, language: of } = latest.current;
    const editor = new EditorView({
      parent: host.current,
      state: codeState(text, name, of, {
        onChange: (changed) => latest.current.onChange(changed),
        onRun: () => latest.current.onRun?.(),
      }),
    });
    let shown = true;
    colouring(of)
      .then((effect) => {
        if (shown && effect) editor.dispatch({ effects: effect });
      })
      // Plain code is complete code.
      .catch(() => undefined);
    return () => {
      shown = false;
      editor.destroy();
    };
  }, []);

  return <div ref={host} className={`code-editor ${className}`} />;
}
