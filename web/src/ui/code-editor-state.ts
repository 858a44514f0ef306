/** What the editor of programs knows beside the basics: one language, and a key that runs. */
import { indentUnit } from "@codemirror/language";
import { Compartment, EditorState, type StateEffect } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { languageNamed } from "./editor-languages.ts";
import { basics } from "./editor-look.ts";

/** How wide a step of indentation is, where it is not two spaces. */
export const indents: Record<string, string> = { python: "    ", rust: "    ", go: "\t" };

const coloured = new Compartment();

interface EditorEvents {
  onChange: (text: string) => void;
  onRun: () => void;
}

export function codeState(doc: string, label: string, language: string, { onChange, onRun }: EditorEvents): EditorState {
  const run = () => {
    onRun();
    return true;
  };
  return EditorState.create({
    doc,
    extensions: [
      keymap.of([{ key: "Mod-Enter", run, preventDefault: true }]),
      coloured.of([]),
      indentUnit.of(indents[language] ?? "  "),
      EditorState.tabSize.of(4),
      basics(),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ],
  });
}

/** The colours of a language, when they have arrived; null for one without. */
export async function colouring(language: string): Promise<StateEffect<unknown> | null> {
  const found = languageNamed(language);
  return found ? coloured.reconfigure(await found.load()) : null;
}
