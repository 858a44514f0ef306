/**
 * Colours for code, loaded when the first code is shown and one grammar at a time. The engine uses the
 * browser's own regular expressions, so no WebAssembly and nothing that a strict policy refuses.
 */
import type { HighlighterCore, LanguageRegistration } from "@shikijs/core";

export interface Token {
  text: string;
  color: string | null;
}

type Grammar = () => Promise<{ default: LanguageRegistration[] }>;

const grammars: Record<string, Grammar> = {
  bash: () => import("@shikijs/langs/bash"),
  css: () => import("@shikijs/langs/css"),
  diff: () => import("@shikijs/langs/diff"),
  docker: () => import("@shikijs/langs/docker"),
  go: () => import("@shikijs/langs/go"),
  html: () => import("@shikijs/langs/html"),
  ini: () => import("@shikijs/langs/ini"),
  javascript: () => import("@shikijs/langs/javascript"),
  json: () => import("@shikijs/langs/json"),
  make: () => import("@shikijs/langs/make"),
  python: () => import("@shikijs/langs/python"),
  rust: () => import("@shikijs/langs/rust"),
  sql: () => import("@shikijs/langs/sql"),
  toml: () => import("@shikijs/langs/toml"),
  typescript: () => import("@shikijs/langs/typescript"),
  yaml: () => import("@shikijs/langs/yaml"),
};

const aliases: Record<string, string> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  console: "bash",
  js: "javascript",
  mjs: "javascript",
  jsx: "javascript",
  node: "javascript",
  ts: "typescript",
  tsx: "typescript",
  py: "python",
  python3: "python",
  golang: "go",
  rs: "rust",
  yml: "yaml",
  dockerfile: "docker",
  makefile: "make",
  jsonc: "json",
  patch: "diff",
  svg: "html",
  xml: "html",
};

/** Longer code stays plain: colouring it would hold up the page. */
const longest = 60_000;

let core: Promise<HighlighterCore> | null = null;

/** Lines of coloured tokens, or null for a language without a grammar. */
export async function highlight(code: string, language: string | null): Promise<Token[][] | null> {
  const name = language?.toLowerCase() ?? "";
  const known = aliases[name] ?? name;
  const grammar = grammars[known];
  if (!grammar || code.length > longest) return null;
  core ??= start();
  const [highlighter, { default: registrations }] = await Promise.all([core, grammar()]);
  await highlighter.loadLanguage(...registrations);
  const { tokens } = highlighter.codeToTokens(code, { lang: known, theme: "runbook" });
  return tokens.map((line) => line.map((token) => ({ text: token.content, color: token.color ?? null })));
}

async function start(): Promise<HighlighterCore> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }, { theme }] = await Promise.all([
    import("@shikijs/core"),
    import("@shikijs/engine-javascript"),
    import("./highlight-theme.ts"),
  ]);
  return createHighlighterCore({ themes: [theme], langs: [], engine: createJavaScriptRegexEngine() });
}
