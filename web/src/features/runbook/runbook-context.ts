import { createContext, use, useSyncExternalStore } from "react";
import type { Block, Diagnostic, RuntimeName } from "@/api/schema.ts";
import type { Runner } from "./runner.ts";

export interface RunbookContext {
  runner: Runner;
  byLine: ReadonlyMap<number, Block>;
  runnable: readonly Block[];
  diagnostics: readonly Diagnostic[];
  /** The languages that this machine lacks, and what to do about each. */
  missingRuntimes: ReadonlyMap<RuntimeName, string>;
}

export const RunbookContext = createContext<RunbookContext | null>(null);

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
