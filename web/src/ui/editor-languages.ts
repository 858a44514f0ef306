/** The languages that editors colour, each loaded when it is first needed. */
import { javascript } from "@codemirror/lang-javascript";
import { LanguageDescription } from "@codemirror/language";

export const languages = [
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
  LanguageDescription.of({
    name: "json",
    load: async () => {
      const [{ LanguageSupport, StreamLanguage }, { json }] = await Promise.all([
        import("@codemirror/language"),
        import("@codemirror/legacy-modes/mode/javascript"),
      ]);
      return new LanguageSupport(StreamLanguage.define(json));
    },
  }),
];

export function languageNamed(word: string): LanguageDescription | null {
  return LanguageDescription.matchLanguageName(languages, word, true);
}
