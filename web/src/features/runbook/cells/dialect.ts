/** How a document writes its blocks, learnt from those it has, so that a new one looks like its neighbours. */
import type { Fence } from "./split.ts";

type Writing = (language: string) => string;

/** In the order in which the server decides what a document's dialect is; a fence of the first kind found wins. */
const dialects: readonly (readonly [RegExp, Writing])[] = [
  [/^(?:runnable|file)\b/, (language) => `runnable ${language}`],
  [/^[\w+-]+\s*\{\s*run\b/, (language) => `${language} {run}`],
  [/\{\s*\.marimo\b/, (language) => `${language} {.marimo}`],
  [/^\{[\w+-]*\.marimo\b/, (language) => `{${language}.marimo}`],
  [/^\{(?:python|r|julia|bash|sh|js|javascript|node|ts|typescript|go|rust|ojs|sql)\b/i, (language) => `{${language}}`],
  [/^\{code-cell\}/, (language) => `{code-cell} ${language}`],
  [/^[\w+-]/, (language) => language],
];

/** The info string of a new block in a document with these fences. One without any gets the native dialect. */
export function newInfo(fences: readonly Fence[], language: string): string {
  for (const [form, write] of dialects) if (fences.some((fence) => form.test(fence.info))) return write(language);
  return `runnable ${language}`;
}

/** The word of an info string that names its language, and where it is; null where there is none. */
export function languageIn(info: string): { word: string; from: number } | null {
  const found = /^((?:(?:runnable|file)[ \t]+|\{code-cell\}[ \t]*|\{[.{ ]*)?)([\w+#-]+)/.exec(info);
  const [, before = "", word = ""] = found ?? [];
  // `runnable name=x` has options and no language.
  if (word === "" || (before === "" && /^(?:runnable|file)$/.test(word)) || info.charAt(before.length + word.length) === "=") return null;
  return { word, from: before.length };
}

/** The same info string for another language. */
export function withLanguage(info: string, language: string): string {
  const found = languageIn(info);
  if (found) return info.slice(0, found.from) + language + info.slice(found.from + found.word.length);
  const marked = /^(?:runnable|file|\{code-cell\})/.exec(info)?.[0];
  if (marked !== undefined) return `${marked} ${language}${info.slice(marked.length)}`;
  return info === "" ? language : `${language} ${info}`;
}

/** A copy must not carry the name of its original, by which other blocks call that one. */
export function withoutName(info: string): string {
  return info
    .replace(/\s*\{\s*"name"\s*:\s*"[^"]*"\s*\}/, "")
    .replace(/"name"\s*:\s*"[^"]*"\s*,?\s*/, "")
    .replace(/(^|[\s{,])name=(?:"[^"]*"|'[^']*'|[^\s},]*)/, "$1")
    .replace(/\{\s*\}/, "")
    .replace(/[ \t]{2,}/g, " ")
    .replace(/\s+\}/, "}")
    .replace(/\{\s+/, "{")
    .trim();
}
