/** The editor of cells is a chunk of its own, loaded behind the page. Without a network it is tried again later. */
import type { CellEditor } from "@/ui/cell-editor.tsx";

type Editor = typeof CellEditor;

let editor: Editor | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

export function loadEditor(): void {
  loading ??= import("@/ui/cell-editor.tsx").then(
    (module) => {
      editor = module.CellEditor;
      for (const listener of listeners) listener();
    },
    () => {
      loading = null;
      addEventListener("online", loadEditor, { once: true });
    },
  );
}

export function loadedEditor(): Editor | null {
  return editor;
}

export function onEditorLoaded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
