/** What is being written of a function, as its fields hold it, and how it becomes a version. */
import type { CodeLanguage, FunctionVersion, NewVersion } from "@/api/schema.ts";
import { languageOf } from "@/features/code/language.ts";
import { limits, parseLimit } from "@/features/code/limits.ts";

export interface FunctionDraft {
  code: string;
  description: string;
  dependencies: string[];
  timeout: string;
  memory: string;
  cpu: string;
  keepWarm: string;
  secrets: string[];
  network: string[];
}

export type FunctionProblems = Partial<Record<keyof FunctionDraft | "name", string>>;

export function emptyFunction(language: CodeLanguage): FunctionDraft {
  return { code: languageOf(language).greeting, description: "", dependencies: [], timeout: "", memory: "", cpu: "", keepWarm: "", secrets: [], network: [] };
}

export function draftOfVersion(version: FunctionVersion): FunctionDraft {
  return {
    code: version.code,
    description: version.description ?? "",
    dependencies: version.dependencies,
    timeout: typed(version.timeout),
    memory: typed(version.mem_limit_mb),
    cpu: typed(version.cpu_limit),
    keepWarm: typed(version.keep_warm),
    secrets: version.secrets,
    network: version.network,
  };
}

/** The version that a draft asks for, without what it leaves to the server, and what is wrong with it. */
export function versionOf(draft: FunctionDraft): { version: NewVersion; problems: FunctionProblems } {
  const problems: FunctionProblems = {};
  if (draft.code.trim() === "") problems.code = "There is no code yet. Define run(input), then save it.";
  const limit = (field: "timeout" | "memory" | "cpu" | "keepWarm"): number | undefined => {
    const parsed = parseLimit(draft[field], limits[field]);
    if ("problem" in parsed) problems[field] = parsed.problem;
    return "value" in parsed ? (parsed.value ?? undefined) : undefined;
  };
  const version: NewVersion = {
    code: draft.code,
    description: draft.description.trim() || undefined,
    dependencies: draft.dependencies,
    timeout: limit("timeout"),
    mem_limit_mb: limit("memory"),
    cpu_limit: limit("cpu"),
    keep_warm: limit("keepWarm"),
    secrets: draft.secrets,
    network: draft.network,
  };
  return { version, problems };
}

export function problemOfName(name: string): string | null {
  if (/^[a-z][a-z0-9_-]{0,49}$/.test(name)) return null;
  return "Use small letters, digits, _ and -, a letter first, and at most 50 of them.";
}

export function sameDraft(one: FunctionDraft, other: FunctionDraft): boolean {
  return JSON.stringify(versionOf(one).version) === JSON.stringify(versionOf(other).version);
}

/** A version as text, so that two of them can be compared line by line. */
export function textOfVersion(version: FunctionVersion): string {
  const rest: [string, string | number | null][] = [
    ["description", version.description],
    ["packages", version.dependencies.join(", ") || null],
    ["secrets", version.secrets.join(", ") || null],
    ["hosts", version.network.join(", ") || null],
    ["time", version.timeout && `${version.timeout} s`],
    ["memory", version.mem_limit_mb && `${version.mem_limit_mb} MiB`],
    ["processors", version.cpu_limit],
    ["keep warm", version.keep_warm === null ? null : `${version.keep_warm} s`],
  ];
  const head = rest.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [...head, ...(head.length > 0 ? [""] : []), version.code.replace(/\n$/, "")].join("\n");
}

const key = (user: string, name: string) => `runbook.function.${user}.${name}`;

interface Kept {
  draft: FunctionDraft;
  /** The version that was being edited. */
  version: string;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Unsaved work of an earlier visit. */
export function loadDraft(user: string, name: string, shelf: Shelf = localStorage): Kept | null {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(key(user, name)) ?? "null");
    return isKept(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepDraft(user: string, name: string, kept: Kept, shelf: Shelf = localStorage): void {
  try {
    shelf.setItem(key(user, name), JSON.stringify(kept));
  } catch {
    // Full or forbidden: the draft then lasts as long as the page.
  }
}

export function forgetDraft(user: string, name: string, shelf: Shelf = localStorage): void {
  try {
    shelf.removeItem(key(user, name));
  } catch {
    // What cannot be stored was not.
  }
}

function isKept(kept: unknown): kept is Kept {
  if (typeof kept !== "object" || kept === null || !("draft" in kept) || !("version" in kept)) return false;
  const { draft } = kept;
  if (typeof draft !== "object" || draft === null) return false;
  return Object.entries(emptyFunction("python")).every(([field, value]) => {
    const found = (draft as Record<string, unknown>)[field];
    return Array.isArray(value) ? Array.isArray(found) : typeof found === typeof value;
  });
}

function typed(value: number | null): string {
  return value === null ? "" : String(value);
}
