/** How a script stands, in words and colours: what it did last, or what it waits for. */
import type { LocalComponent } from "@/api/local-schema.ts";
import type { Ending, ExecutionState } from "@/features/execution/execution-state.ts";
import { verdictOf, type Verdict } from "@/features/execution/outcome.ts";
import type { IconName } from "@/ui/icon.tsx";
import { textProp } from "./components.ts";

export type ScriptStatus = "pending" | "blocked" | "running" | "success" | "warning" | "failed" | "stopped";

export interface StatusLook {
  /** For those who see no colours. */
  label: string;
  icon: IconName;
  text: string;
  frame: string;
}

export const statusLooks: Record<ScriptStatus, StatusLook> = {
  pending: { label: "not run yet", icon: "terminal", text: "text-ink-faint", frame: "border-line" },
  blocked: { label: "waiting for values", icon: "clock", text: "text-warning", frame: "border-line" },
  running: { label: "running", icon: "play", text: "text-accent", frame: "border-accent" },
  success: { label: "success", icon: "check", text: "text-success", frame: "border-success" },
  warning: { label: "warning", icon: "alert", text: "text-warning", frame: "border-warning" },
  failed: { label: "failed", icon: "cross", text: "text-failure", frame: "border-failure" },
  stopped: { label: "stopped", icon: "stop", text: "text-ink-soft", frame: "border-line-strong" },
};

/** Exit code 2 of a Check: it has something to say, and is done. */
const warningCode = 2;

export function endingStatus(ending: Ending, mayWarn: boolean): ScriptStatus {
  if (ending.kind === "failure") return "failed";
  switch (ending.outcome) {
    case "exited":
      if (ending.exitCode === 0) return "success";
      return mayWarn && ending.exitCode === warningCode ? "warning" : "failed";
    case "cancelled":
      return "stopped";
    case "killed":
    case "timed_out":
    case "out_of_memory":
    case "lost":
      return "failed";
  }
}

export function statusOf(state: ExecutionState | null, mayWarn: boolean, missing: readonly string[]): ScriptStatus {
  if (state && state.phase !== "finished") return "running";
  if (state?.ending) return endingStatus(state.ending, mayWarn);
  return missing.length > 0 ? "blocked" : "pending";
}

export function isDone(status: ScriptStatus): boolean {
  return status === "success" || status === "warning";
}

/** What its author says about it. */
export function messageOf(component: LocalComponent, status: ScriptStatus): string | null {
  switch (status) {
    case "running":
      return textProp(component, "runningMessage");
    case "success":
      return textProp(component, "successMessage");
    case "warning":
      return textProp(component, "warnMessage");
    case "failed":
      return textProp(component, "failMessage");
    case "pending":
    case "blocked":
    case "stopped":
      return null;
  }
}

/** How an ending is told below the output. */
export function scriptVerdict(ending: Ending, mayWarn: boolean, timeoutMs: number): Verdict {
  if (endingStatus(ending, mayWarn) === "warning") return { label: "warning (exit 2)", tone: "warning", icon: "alert", advice: null };
  return verdictOf(ending, timeoutMs, "Give it more time with timeoutMs in the document.");
}
