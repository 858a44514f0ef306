import { createContext, use, useSyncExternalStore } from "react";
import type { Block, Diagnostic, RuntimeName } from "@/api/schema.ts";
import type { InputsDesk } from "./inputs-state.ts";
import type { Runner } from "./runner.ts";

/** What every block of the page needs. It stays the same while the text is edited. */
export interface RunbookContext {
  runner: Runner;
  inputs: InputsDesk;
  /** The blocks that ask for inputs, each with the line by which its fields name it. */
  forms: ReadonlyMap<string, number>;
  /** Blocks whose last output no longer follows from the document, each with a sentence why. */
  stale: ReadonlyMap<string, string>;
  /** What is wrong within a block, by its id. */
  problems: ReadonlyMap<string, readonly Diagnostic[]>;
  /** The languages that this machine lacks, and what to do about each. */
  missingRuntimes: ReadonlyMap<RuntimeName, string>;
}

export const RunbookContext = createContext<RunbookContext | null>(null);

/** The blocks that run, in order. Only what shows all of them should ask: it changes with each save. */
export const RunnableBlocks = createContext<readonly Block[]>([]);

export function useRunbookContext(): RunbookContext {
  const context = use(RunbookContext);
  if (!context) throw new Error("a block was shown outside its runbook");
  return context;
}

/** Renders again whenever a block starts, ends, or the walk moves on. */
export function useRunner(runner: Runner): Runner {
  useSyncExternalStore(runner.subscribe, () => runner.version);
  return runner;
}
