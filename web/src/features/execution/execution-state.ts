/**
 * What the screen knows of one execution: a pure reduction of its events, in order, each once.
 * Text is the exception to copying: an `OutputBuffer` is handed from the old state to the new one,
 * so only the newest state may be read. Copying it would make a long output quadratic.
 */
import type { DisplayBundle, Execution, ExecutionEvent, ExecutionPhase, ExecutionResult, Outcome } from "@/api/schema.ts";
import { OutputBuffer } from "./output-buffer.ts";

export type Part =
  | { kind: "text"; key: number; buffer: OutputBuffer; revision: number }
  | { kind: "display"; key: number; id: string | null; bundle: DisplayBundle };

export interface ExecutionState {
  phase: ExecutionPhase;
  /** Sequence number of the last event applied; 0 before the first. */
  seq: number;
  startedAt: string | null;
  notices: readonly string[];
  parts: readonly Part[];
  /** The output limit in bytes that was passed, if it was. */
  limit: number | null;
  ending: Ending | null;
  /** What a function returned, as JSON has it; undefined where nothing was. */
  value: unknown;
}

/** What an execution took of the machine. Only events tell it. */
export interface Usage {
  cpuMs: number;
  peakMemoryBytes: number;
}

/** How it ended: by itself in an outcome, or by our own failure. */
export type Ending =
  | {
      kind: "outcome";
      outcome: Outcome;
      exitCode: number | null;
      signal: number | null;
      durationMs: number | null;
      usage: Usage | null;
    }
  | { kind: "failure"; code: string; message: string };

export const queued: ExecutionState = {
  phase: "queued",
  seq: 0,
  startedAt: null,
  notices: [],
  parts: [],
  limit: null,
  ending: null,
  value: undefined,
};

export function applyEvent(state: ExecutionState, event: ExecutionEvent): ExecutionState {
  if (event.seq <= state.seq || state.ending?.kind === "failure") return state;
  const next: ExecutionState = {
    ...state,
    seq: event.seq,
    phase: state.phase === "queued" ? "running" : state.phase,
    startedAt: state.startedAt ?? event.at,
  };
  switch (event.event) {
    case "info":
      return { ...next, notices: [...state.notices, event.data] };
    case "stdout":
    case "stderr":
      return { ...next, parts: write(state.parts, event) };
    case "display":
      return { ...next, parts: show(state.parts, event) };
    case "truncated":
      return { ...next, limit: event.data.limit_bytes };
    case "result":
      return { ...next, phase: "finished", ending: endingOf(event.data), value: event.data.value };
    case "error":
      return { ...next, phase: "finished", ending: { kind: "failure", code: event.data.error, message: event.data.message } };
    default:
      // A newer server may know events that this page does not.
      return next;
  }
}

/** Takes over what the stored record says; events stay the authority on output. */
export function applyRecord(state: ExecutionState, record: Execution): ExecutionState {
  const started = record.started_at ?? state.startedAt;
  if (record.outcome === null) {
    if (state.phase === "finished") return state;
    return { ...state, startedAt: started, phase: later(state.phase, record.state) };
  }
  if (state.ending?.kind === "failure") return state;
  return {
    ...state,
    startedAt: started,
    ending: {
      kind: "outcome",
      outcome: record.outcome,
      exitCode: record.exit_code,
      signal: record.signal,
      durationMs: record.duration_ms,
      usage: state.ending?.usage ?? null,
    },
    phase: "finished",
  };
}

/** True while the program may still write. */
export function isLive(state: ExecutionState | null): boolean {
  return state !== null && state.phase !== "finished";
}

export function succeeded(state: ExecutionState): boolean {
  return state.ending?.kind === "outcome" && state.ending.outcome === "exited" && state.ending.exitCode === 0;
}

/** Everything written, in order and byte for byte. */
export function rawOutput(state: ExecutionState): (string | Uint8Array<ArrayBuffer>)[] {
  return state.parts.flatMap((part) => (part.kind === "text" ? part.buffer.raw : []));
}

export function plainText(state: ExecutionState): string {
  return state.parts.flatMap((part) => (part.kind === "text" ? [part.buffer.text()] : [])).join("\n");
}

/** True while the last line is a question: a prompt that stands before the cursor. */
export function asksForInput(state: ExecutionState): boolean {
  const last = state.parts.at(-1);
  return last?.kind === "text" && (last.buffer.lines.at(-1)?.length ?? 0) > 0;
}

type DisplayEvent = Extract<ExecutionEvent, { event: "display" }>;

/** Adds what is shown, or puts it in the place of what had the same id. */
function show(parts: readonly Part[], event: DisplayEvent): readonly Part[] {
  const id = event.id ?? null;
  const shown = { kind: "display" as const, id, bundle: event.data };
  const place = id === null ? -1 : parts.findIndex((part) => part.kind === "display" && part.id === id);
  const before = parts[place];
  return before === undefined
    ? [...parts, { ...shown, key: event.seq }]
    : parts.with(place, { ...shown, key: before.key });
}

type TextEvent = Extract<ExecutionEvent, { event: "stdout" | "stderr" }>;

function write(parts: readonly Part[], event: TextEvent): readonly Part[] {
  const last = parts.at(-1);
  const part: Part =
    last?.kind === "text" ? { ...last } : { kind: "text", key: event.seq, buffer: new OutputBuffer(), revision: 0 };
  part.buffer.write(event.event, event.data, event.encoding ?? undefined);
  part.revision = part.buffer.revision;
  return last?.kind === "text" ? [...parts.slice(0, -1), part] : [...parts, part];
}

function endingOf(result: ExecutionResult): Ending {
  return {
    kind: "outcome",
    outcome: result.outcome,
    exitCode: result.exit_code ?? null,
    signal: result.signal ?? null,
    durationMs: result.duration_ms,
    usage: { cpuMs: result.cpu_ms, peakMemoryBytes: result.peak_memory_bytes },
  };
}

const order: Record<ExecutionPhase, number> = { queued: 0, running: 1, stopping: 2, finished: 3 };

/** Records and events race: a phase never goes back, and only an event or an outcome finishes. */
function later(known: ExecutionPhase, told: ExecutionPhase): ExecutionPhase {
  return told !== "finished" && order[told] > order[known] ? told : known;
}
