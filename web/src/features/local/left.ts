/** What a script has left: an event of its execution, beside what it wrote. */
import type { ExecutionState, Part } from "@/features/execution/execution-state.ts";

export interface Left {
  outputs: Record<string, string>;
  /** Paths below the output directory. */
  files: string[];
}

const mediaType = "application/vnd.runbook.left+json";

export function leftBy(state: ExecutionState): Left | null {
  for (const part of state.parts.toReversed()) {
    const left = leftIn(part);
    if (left) return left;
  }
  return null;
}

/** The state without it: it has a table of its own. */
export function written(state: ExecutionState): ExecutionState {
  return state.parts.some((part) => leftIn(part)) ? { ...state, parts: state.parts.filter((part) => !leftIn(part)) } : state;
}

function leftIn(part: Part): Left | null {
  if (part.kind !== "display") return null;
  const value: unknown = part.bundle[mediaType];
  if (typeof value !== "object" || value === null) return null;
  const { outputs = {}, files = [] } = value as Partial<Left>;
  return { outputs, files };
}
