/** What the editor of documents knows beside the basics: Markdown, and the languages within it. */
import { markdown } from "@codemirror/lang-markdown";
import { ParseContext, type LanguageDescription, type LanguageSupport } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { parseMixed } from "@lezer/common";
import type { MarkdownConfig } from "@lezer/markdown";
import { languageNamed } from "./editor-languages.ts";
import { basics } from "./editor-look.ts";
import { fromElsewhere } from "./text-change.ts";

/** `runnable python name=x`, `file python a.py`, `{python}` and `python {run}` all mean Python. */
function languageOf(info: string): LanguageDescription | null {
  const word = /^(?:(?:runnable|file)\s+)?\{?([\w+-]+)/.exec(info)?.[1];
  return word ? languageNamed(word) : null;
}

/** Colours the code within fences. The package's own way reads only the first word of a fence's info. */
const fencedCode: MarkdownConfig = {
  wrap: parseMixed((node, input) => {
    if (node.name !== "FencedCode") return null;
    const info = node.node.getChild("CodeInfo");
    const language = info ? languageOf(input.read(info.from, info.to)) : null;
    if (!language) return null;
    const parser = language.support?.language.parser ?? ParseContext.getSkippingParser(language.load());
    return { parser, overlay: (part) => part.name === "CodeText" };
  }),
};

/** Markdown with the languages of its fences. */
export function documentLanguage(): LanguageSupport {
  return markdown({ extensions: fencedCode });
}

interface EditorEvents {
  onChange: (text: string) => void;
  onSave: () => void;
}

export function editorState(doc: string, label: string, { onChange, onSave }: EditorEvents): EditorState {
  const save = () => {
    onSave();
    return true;
  };
  return EditorState.create({
    doc,
    extensions: [
      EditorState.lineSeparator.of("\n"),
      keymap.of([{ key: "Mod-s", run: save, preventDefault: true }]),
      basics(),
      lintGutter(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label, spellcheck: "true" }),
      documentLanguage(),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((it) => it.annotation(fromElsewhere))) onChange(update.state.doc.toString());
      }),
    ],
  });
}
