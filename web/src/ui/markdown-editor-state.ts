/** What the editor knows: Markdown, the languages within it, its keys, and the page's colours. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { markdown } from "@codemirror/lang-markdown";
import { HighlightStyle, LanguageDescription, ParseContext, syntaxHighlighting } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { parseMixed } from "@lezer/common";
import { tags } from "@lezer/highlight";
import type { MarkdownConfig } from "@lezer/markdown";

const languages = [
  LanguageDescription.of({
    name: "python",
    alias: ["py", "python3"],
    load: async () => (await import("@codemirror/lang-python")).python(),
  }),
  // Markdown brings JavaScript along for its HTML, so that loading it later would save nothing.
  LanguageDescription.of({
    name: "javascript",
    alias: ["js", "node", "mjs", "typescript", "ts"],
    support: javascript({ typescript: true }),
  }),
  LanguageDescription.of({ name: "go", alias: ["golang"], load: async () => (await import("@codemirror/lang-go")).go() }),
  LanguageDescription.of({ name: "rust", alias: ["rs"], load: async () => (await import("@codemirror/lang-rust")).rust() }),
  LanguageDescription.of({
    name: "bash",
    alias: ["sh", "shell", "console", "zsh"],
    load: async () => {
      const [{ LanguageSupport, StreamLanguage }, { shell }] = await Promise.all([
        import("@codemirror/language"),
        import("@codemirror/legacy-modes/mode/shell"),
      ]);
      return new LanguageSupport(StreamLanguage.define(shell));
    },
  }),
];

/** `runnable python name=x`, `file python a.py`, `{python}` and `python {run}` all mean Python. */
function languageOf(info: string): LanguageDescription | null {
  const word = /^(?:(?:runnable|file)\s+)?\{?([\w+-]+)/.exec(info)?.[1];
  return word ? LanguageDescription.matchLanguageName(languages, word, true) : null;
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

const colours = HighlightStyle.define([
  { tag: tags.heading, color: "var(--ink)", fontWeight: "650" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--accent)" },
  { tag: [tags.comment, tags.quote, tags.meta, tags.processingInstruction], color: "var(--code-comment)" },
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword, tags.definitionKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.escape, tags.labelName], color: "var(--code-number)" },
  { tag: [tags.function(tags.variableName), tags.className, tags.typeName, tags.standard(tags.name)], color: "var(--code-function)" },
  { tag: [tags.punctuation, tags.operator, tags.bracket], color: "var(--code-punctuation)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "0.875rem", color: "var(--code-ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.7", minHeight: "55vh" },
  ".cm-content": { padding: "1rem 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 1rem 0 0.5rem" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.6rem", fontSize: "0.75rem" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--accent) 5%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in oklab, var(--accent) 22%, transparent)",
  },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px" },
});

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
      lineNumbers(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      lintGutter(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true" }),
      keymap.of([{ key: "Mod-s", run: save, preventDefault: true }, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
      markdown({ extensions: fencedCode }),
      syntaxHighlighting(colours),
      look,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ],
  });
}
