/** What is being written of a job, as its fields hold it, and how it becomes an order. */
import type { CodeLanguage, Job, NewJob } from "@/api/schema.ts";
import { isLanguage, languageOf } from "@/features/code/language.ts";
import { parseLimit, type Limit } from "@/features/code/limits.ts";

export type DraftKind = "command" | "code" | "runbook" | "function" | "artifact";

export interface JobDraft {
  kind: DraftKind;
  command: string;
  language: CodeLanguage;
  code: string;
  runbook: string;
  /** JSON: an object for a runbook, anything for a function. Empty is none. */
  input: string;
  function: string;
  /** A signed reference. */
  artifact: string;
  args: string[];
  name: string;
  retries: string;
  backoff: string;
  timeout: string;
  memory: string;
  cpu: string;
  output: string;
  priority: string;
  /** As an input of type `datetime-local` has it: the reader's own time. */
  runAt: string;
  after: string[];
  idempotent: boolean;
  /** A line each: NAME=value. */
  env: string;
  secrets: string[];
  dependencies: string[];
  network: string[];
  /** A line each: path=reference. */
  artifactsIn: string;
  artifactsOut: string[];
  concurrencyKey: string;
  concurrencyLimit: string;
  webhook: string;
}

export type JobProblems = Partial<Record<keyof JobDraft, string>>;

const numbers = {
  retries: { label: "Retries", unit: "attempts after the first", least: 0, most: 100, whole: true },
  backoff: { label: "Wait between", unit: "seconds", least: 0, most: 86_400, whole: false },
  timeout: { label: "Time", unit: "seconds", least: 0.001, most: 86_400, whole: false },
  memory: { label: "Memory", unit: "MiB", least: 1, most: 1_048_576, whole: true },
  cpu: { label: "CPU", unit: "processors", least: 0.001, most: 1024, whole: false },
  output: { label: "Output", unit: "KiB", least: 0, most: 1_048_576, whole: false },
  priority: { label: "Priority", unit: "higher goes first", least: -100, most: 100, whole: true },
  concurrencyLimit: { label: "At once", unit: "jobs", least: 1, most: 1_000_000, whole: true },
} satisfies Partial<Record<keyof JobDraft, Limit>>;

export type NumberField = keyof typeof numbers;
/** The server's own bounds. */
export const bounds: Record<NumberField, Limit> = numbers;

export const emptyJob: JobDraft = {
  kind: "command",
  command: "",
  language: "python",
  code: languageOf("python").hello,
  runbook: "",
  input: "",
  function: "",
  artifact: "",
  args: [],
  name: "",
  retries: "",
  backoff: "",
  timeout: "",
  memory: "",
  cpu: "",
  output: "",
  priority: "",
  runAt: "",
  after: [],
  idempotent: false,
  env: "",
  secrets: [],
  dependencies: [],
  network: [],
  artifactsIn: "",
  artifactsOut: [],
  concurrencyKey: "",
  concurrencyLimit: "",
  webhook: "",
};

/** The order that a draft asks for, without what it leaves to the server, and what is wrong with it. */
export function orderOf(draft: JobDraft): { order: NewJob; problems: JobProblems } {
  const problems: JobProblems = {};
  const number = (field: NumberField): number | undefined => {
    const parsed = parseLimit(draft[field], bounds[field]);
    if ("problem" in parsed) problems[field] = parsed.problem;
    return "value" in parsed ? (parsed.value ?? undefined) : undefined;
  };
  const pairs = (field: "env" | "artifactsIn"): [string, string][] => {
    const read = pairsOf(draft[field]);
    if ("problem" in read) problems[field] = read.problem;
    return "pairs" in read ? read.pairs : [];
  };
  const order: NewJob = { payload: payloadOf(draft, problems) };
  if (draft.kind === "code" || draft.kind === "artifact") order.language = draft.language;
  put(order, "name", draft.name.trim() || undefined);
  put(order, "priority", number("priority"));
  if (draft.runAt !== "") order.run_at = new Date(draft.runAt).toISOString();
  put(order, "after", some(draft.after));
  const [max, backoff] = [number("retries"), number("backoff")];
  if (max !== undefined) order.retries = backoff === undefined ? { max } : { max, backoff };
  else if (backoff !== undefined) problems.retries ??= "Say how many retries, or leave both out.";
  if (draft.idempotent) order.idempotent = true;
  put(order, "timeout", number("timeout"));
  const [memory, cpu, output] = [number("memory"), number("cpu"), number("output")];
  if (memory !== undefined || cpu !== undefined || output !== undefined) {
    order.limits = {
      ...(memory === undefined ? {} : { mem_limit_mb: memory }),
      ...(cpu === undefined ? {} : { cpu_limit: cpu }),
      ...(output === undefined ? {} : { output_limit: Math.round(output * 1024) }),
    };
  }
  const env = pairs("env");
  if (env.length > 0) order.env = Object.fromEntries(env);
  put(order, "secrets", some(draft.secrets));
  if (draft.kind === "code") put(order, "dependencies", some(draft.dependencies));
  put(order, "network", some(draft.network));
  const files = pairs("artifactsIn");
  if (files.length > 0) order.artifacts_in = files.map(([path, artifact]) => ({ path, artifact }));
  put(order, "artifacts_out", some(draft.artifactsOut));
  const limit = number("concurrencyLimit");
  if (draft.concurrencyKey.trim() !== "") {
    order.concurrency_key = draft.concurrencyKey.trim();
    put(order, "concurrency_limit", limit);
  } else if (limit !== undefined) {
    problems.concurrencyKey = "Give the key that these jobs share.";
  }
  put(order, "webhook", draft.webhook.trim() || undefined);
  return { order, problems };
}

/** A job that was submitted as a draft of the next one. The time for which it was meant is left out. */
export function draftOf(order: Job["order"]): JobDraft {
  const { payload } = order;
  const draft: JobDraft = {
    ...emptyJob,
    name: order.name ?? "",
    retries: typed(order.retries?.max),
    backoff: typed(order.retries?.backoff),
    timeout: typed(order.timeout),
    memory: typed(order.limits?.mem_limit_mb),
    cpu: typed(order.limits?.cpu_limit),
    output: order.limits?.output_limit == null ? "" : String(order.limits.output_limit / 1024),
    priority: typed(order.priority),
    after: order.after ?? [],
    idempotent: order.idempotent ?? false,
    env: Object.entries(order.env ?? {}).map(([name, value]) => `${name}=${value}`).join("\n"),
    secrets: order.secrets ?? [],
    dependencies: order.dependencies ?? [],
    network: order.network ?? [],
    artifactsIn: (order.artifacts_in ?? []).map(({ path, artifact }) => `${path}=${artifact}`).join("\n"),
    artifactsOut: order.artifacts_out ?? [],
    concurrencyKey: order.concurrency_key ?? "",
    concurrencyLimit: order.concurrency_key == null ? "" : typed(order.concurrency_limit),
    webhook: order.webhook ?? "",
  };
  if (isLanguage(order.language)) draft.language = order.language;
  if ("command" in payload) {
    const command = typeof payload.command === "string" ? payload.command : JSON.stringify(payload.command);
    return { ...draft, kind: "command", command };
  }
  if ("code" in payload) return { ...draft, kind: "code", code: payload.code, args: payload.args ?? [] };
  if ("artifact" in payload) return { ...draft, kind: "artifact", artifact: payload.artifact, args: payload.args ?? [] };
  if ("runbook" in payload) return { ...draft, kind: "runbook", runbook: payload.runbook, input: jsonText(payload.inputs) };
  return { ...draft, kind: "function", function: payload.function, input: jsonText(payload.input) };
}

function payloadOf(draft: JobDraft, problems: JobProblems): NewJob["payload"] {
  const args = draft.args.length > 0 ? { args: draft.args } : {};
  switch (draft.kind) {
    case "command":
      if (draft.command.trim() === "") problems.command = "Type the command that the job runs.";
      return { command: commandOf(draft.command) };
    case "code":
      if (draft.code.trim() === "") problems.code = "There is no code yet.";
      return { code: draft.code, ...args };
    case "artifact":
      if (draft.artifact.trim() === "") problems.artifact = "Give the signed reference of the program.";
      return { artifact: draft.artifact.trim(), ...args };
    case "runbook": {
      if (draft.runbook === "") problems.runbook = "Choose a runbook.";
      const inputs = jsonIn(draft.input, problems);
      if (inputs === undefined) return { runbook: draft.runbook };
      if (isRecord(inputs)) return { runbook: draft.runbook, inputs };
      problems.input ??= 'Inputs of a runbook are an object: {"name": value}.';
      return { runbook: draft.runbook };
    }
    case "function": {
      if (draft.function === "") problems.function = "Choose a function.";
      const input = jsonIn(draft.input, problems);
      return input === undefined ? { function: draft.function } : { function: draft.function, input };
    }
  }
}

/** A JSON array of texts is a program with its arguments; everything else is a line for the shell. */
function commandOf(text: string): string | string[] {
  if (!text.trim().startsWith("[")) return text.trim();
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read) && read.every((it) => typeof it === "string")) return read;
  } catch {
    // `[ -f x ] && …` is a line for the shell.
  }
  return text.trim();
}

function jsonIn(text: string, problems: JobProblems): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    problems.input = `This is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    return undefined;
  }
}

/** Lines of NAME=value. Empty lines are nothing. */
export function pairsOf(text: string): { pairs: [string, string][] } | { problem: string } {
  const pairs: [string, string][] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const at = line.indexOf("=");
    if (at < 1) return { problem: `“${line.trim()}” has no name before an equals sign.` };
    pairs.push([line.slice(0, at).trim(), line.slice(at + 1)]);
  }
  return { pairs };
}

function put<Key extends keyof NewJob>(order: NewJob, key: Key, value: NewJob[Key] | undefined): void {
  if (value !== undefined) order[key] = value;
}

function some(list: string[]): string[] | undefined {
  return list.length > 0 ? list : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typed(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function jsonText(value: unknown): string {
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}
