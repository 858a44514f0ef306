/**
 * What is being written in the playground, as its fields hold it, and how it becomes a request. Lists of words
 * are typed one on each line; a line in double quotes may hold what a line cannot.
 */
import type { CodeFile, CodeLanguage, CodeRun } from "@/api/schema.ts";
import { bytesOf, decodeBase64, encodeBase64, textOf } from "@/features/code/base64.ts";
import { languageOf } from "@/features/code/language.ts";
import { limits, parseLimit } from "@/features/code/limits.ts";

/** A file beside the program. What is no text is kept as it came. */
export type DraftFile = { path: string; text: string } | { path: string; base64: string };

export interface Draft {
  code: string;
  dependencies: string[];
  files: DraftFile[];
  stdin: string;
  args: string;
  env: string;
  timeout: string;
  memory: string;
  cpu: string;
  output: string;
  onOutputLimit: "continue" | "kill";
  network: string[];
}

export type Field = Exclude<keyof Draft, "onOutputLimit">;
export type Problems = Partial<Record<Field, string>>;

/** The server takes as many. */
const mostFiles = 50;

export function starter(language: CodeLanguage): Draft {
  return {
    code: languageOf(language).hello,
    dependencies: [],
    files: [],
    stdin: "",
    args: "",
    env: "",
    timeout: "",
    memory: "",
    cpu: "",
    output: "",
    onOutputLimit: "continue",
    network: [],
  };
}

/** The request that a draft asks for, without what it leaves to the server, and what is wrong with it. */
export function requestOf(draft: Draft, lang: CodeLanguage): { request: CodeRun; problems: Problems } {
  const problems: Problems = {};
  const request: CodeRun = { lang, code: draft.code };
  if (draft.code.trim() === "") problems.code = "There is no program yet. Write one, then run it.";
  if (draft.dependencies.length > 0) request.dependencies = draft.dependencies;
  if (draft.files.length > 0) request.files = draft.files.map(({ path, ...content }) => ({ path: path.trim(), content: contentOf(content) }));
  const wrongPath = problemOfPaths(draft.files.map((file) => file.path.trim()));
  if (wrongPath) problems.files = wrongPath;
  if (draft.stdin !== "") request.stdin = draft.stdin;
  attempt("args", () => {
    const args = wordsOf(draft.args);
    if (args.length > 0) request.args = args;
  });
  attempt("env", () => {
    const env = variablesOf(draft.env);
    if (Object.keys(env).length > 0) request.env = env;
  });
  const timeout = limit("timeout");
  if (timeout !== null) request.timeout = timeout;
  const memory = limit("memory");
  if (memory !== null) request.mem_limit_mb = memory;
  const cpu = limit("cpu");
  if (cpu !== null) request.cpu_limit = cpu;
  const output = limit("output");
  if (output !== null) request.output_limit = Math.round(output * 1024);
  if (draft.onOutputLimit === "kill") request.on_output_limit = "kill";
  if (draft.network.length > 0) request.network = draft.network;
  return { request, problems };

  function attempt(field: Field, read: () => void): void {
    try {
      read();
    } catch (error) {
      problems[field] = error instanceof Error ? error.message : String(error);
    }
  }

  function limit(field: "timeout" | "memory" | "cpu" | "output"): number | null {
    const parsed = parseLimit(draft[field], limits[field]);
    if ("value" in parsed) return parsed.value;
    problems[field] = parsed.problem;
    return null;
  }
}

/** The draft that would ask for this. */
export function draftOf(request: CodeRun): Draft {
  const network = request.network ?? [];
  return {
    code: request.code,
    dependencies: request.dependencies ?? [],
    files: (request.files ?? []).map(fileOf),
    stdin: request.stdin ?? "",
    args: (request.args ?? []).map(lineOf).join("\n"),
    env: Object.entries(request.env ?? {}).map(([name, value]) => `${name}=${/[\n\r]|^\s*"|^\s|\s$/.test(value) ? JSON.stringify(value) : value}`).join("\n"),
    timeout: typed(request.timeout),
    memory: typed(request.mem_limit_mb),
    cpu: typed(request.cpu_limit),
    output: typed(request.output_limit && request.output_limit / 1024),
    onOutputLimit: request.on_output_limit === "kill" ? "kill" : "continue",
    network: typeof network === "string" ? network.split(",").map((it) => it.trim()).filter((it) => it !== "none" && it !== "") : network,
  };
}

function typed(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

export function fileOf({ path, content }: CodeFile): DraftFile {
  const text = textOf(decodeBase64(content));
  return text === null ? { path, base64: content } : { path, text };
}

/** How many bytes a file has. */
export function bytesIn(file: DraftFile): number {
  return "text" in file ? bytesOf(file.text).length : decodeBase64(file.base64).length;
}

function contentOf(file: { text: string } | { base64: string }): string {
  return "text" in file ? encodeBase64(bytesOf(file.text)) : file.base64;
}

/** The first thing that is wrong with the paths of files, in the words of the server's rule. */
export function problemOfPaths(paths: readonly string[]): string | null {
  if (paths.length > mostFiles) return `There are ${paths.length} files; at most ${mostFiles} can be sent.`;
  const all = new Set(paths);
  for (const [at, path] of paths.entries()) {
    if (path === "") return "A file has no path.";
    if (path.startsWith("/")) return `${path} begins with a slash; use a path such as data/input.csv.`;
    if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
      return `${path} has an empty part, . or .. in it; use a path such as data/input.csv.`;
    }
    if (paths.indexOf(path) !== at) return `${path} is there twice.`;
    const parent = path.split("/").slice(0, -1).map((_, end, parts) => parts.slice(0, end + 1).join("/")).find((it) => all.has(it));
    if (parent !== undefined) return `${parent} is a file, and ${path} needs it to be a directory.`;
  }
  return null;
}

function wordsOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "").map(wordOf);
}

/** What one line stands for. */
function wordOf(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    const word: unknown = JSON.parse(line);
    if (typeof word === "string") return word;
  } catch {
    // Told below, with the line.
  }
  throw new Error(`${line} begins with a quote, and is no text in quotes as JSON has it.`);
}

/** The line that stands for one word. */
function lineOf(word: string): string {
  return word.trim() === "" || word.startsWith('"') || /[\n\r]/.test(word) ? JSON.stringify(word) : word;
}

function variablesOf(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split("\n").filter((it) => it.trim() !== "")) {
    const at = line.indexOf("=");
    const name = line.slice(0, at).trim();
    if (at < 0 || name === "") throw new Error(`${line} names no variable; write NAME=value.`);
    if (Object.hasOwn(variables, name)) throw new Error(`${name} is there twice.`);
    variables[name] = wordOf(line.slice(at + 1).trim());
  }
  return variables;
}
