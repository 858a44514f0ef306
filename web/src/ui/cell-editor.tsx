import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { EditorView } from "@codemirror/view";
import { cellColouring, cellState, type CellEditorEvents, type CellEditorKind } from "./cell-editor-state.ts";
import { fromElsewhere, type TextChange } from "./text-change.ts";

export interface CellEditorHandle {
  /** Makes a change that someone else made. */
  change: (change: TextChange) => void;
  text: () => string;
}

interface CellEditorProps extends CellEditorEvents {
  /** The text to begin with. It then lives in the editor. */
  initial: string;
  label: string;
  kind: CellEditorKind;
  language: string;
  /** Where the cursor begins; null is the end. */
  cursor: number | null;
  /** Told where the cursor was when the editor goes. */
  onGone: (cursor: number) => void;
  ref?: Ref<CellEditorHandle>;
}

/** One piece of a document with the cursor in it. It takes the focus when it appears. */
export function CellEditor({ initial, label, kind, language, cursor, onGone, ref, ...events }: CellEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const begin = useRef({ initial, label, kind, cursor });
  const latest = useRef({ ...events, onGone });
  useEffect(() => {
    latest.current = { ...events, onGone };
  });

  useEffect(() => {
    if (!host.current) return;
    const { initial: doc, label: name, kind: of, cursor: at } = begin.current;
    const editor = new EditorView({
      parent: host.current,
      state: cellState(doc, name, of, language, {
        onChange: (changes) => latest.current.onChange(changes),
        onLeave: () => latest.current.onLeave(),
        onRun: (then) => latest.current.onRun(then),
        onUndo: (direction) => latest.current.onUndo(direction),
        onSplit: (place) => latest.current.onSplit(place),
        onEdge: (direction) => latest.current.onEdge(direction),
        complete: (context) => latest.current.complete?.(context) ?? null,
      }),
    });
    view.current = editor;
    editor.dispatch({ selection: { anchor: Math.min(at ?? doc.length, doc.length) }, scrollIntoView: true });
    editor.focus();
    let shown = true;
    if (of === "code") {
      cellColouring(language)
        .then((effect) => {
          if (shown && effect) editor.dispatch({ effects: effect });
        })
        // Plain code is complete code.
        .catch(() => undefined);
    }
    return () => {
      shown = false;
      begin.current = { ...begin.current, initial: editor.state.doc.toString(), cursor: editor.state.selection.main.head };
      latest.current.onGone(editor.state.selection.main.head);
      editor.destroy();
    };
  }, [language]);

  useImperativeHandle(ref, () => ({
    change: (change) => view.current?.dispatch({ changes: change, annotations: fromElsewhere.of(true) }),
    text: () => view.current?.state.doc.toString() ?? "",
  }));

  return <div ref={host} className="cell-editor" />;
}
