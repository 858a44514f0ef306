/** How an ending is told to people: words, tone, and what to do about it. */
import type { Expectation } from "@/api/schema.ts";
import type { Ending } from "./execution-state.ts";

export type Tone = "success" | "failure" | "warning" | "neutral";
export type OutcomeIcon = "check" | "cross" | "skull" | "clock" | "memory" | "stop" | "question" | "alert";

export interface Verdict {
  label: string;
  tone: Tone;
  icon: OutcomeIcon;
  /** A sentence for outcomes whose label alone leaves the reader stuck. */
  advice: string | null;
}

const signalNames = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [3, "SIGQUIT"],
  [4, "SIGILL"],
  [6, "SIGABRT"],
  [7, "SIGBUS"],
  [8, "SIGFPE"],
  [9, "SIGKILL"],
  [11, "SIGSEGV"],
  [13, "SIGPIPE"],
  [14, "SIGALRM"],
  [15, "SIGTERM"],
]);

/** What a block's author can do about its time. */
const moreTimeForBlock = "Give the block more time with timeout=2m in its first line.";

/** How an ending is told where the program's author expects a certain one. */
export function verdictOf(ending: Ending, timeoutMs: number | null, moreTime?: string, expected: Expectation = "success"): Verdict {
  const plain = plainVerdictOf(ending, timeoutMs, moreTime);
  if (expected === "success" || ending.kind === "failure") return plain;
  const failed = (ending.outcome === "exited" && ending.exitCode !== 0) || ending.outcome === "killed";
  if (failed) return { label: `failed as expected: ${plain.label}`, tone: "success", icon: "check", advice: null };
  if (expected === "failure" && ending.outcome === "exited") {
    return { label: "exit 0", tone: "failure", icon: "cross", advice: "The block is expected to fail, and did not." };
  }
  return plain;
}

/** `timeoutMs` is the program's own limit, where it has one; `moreTime` says how to get a higher one. */
function plainVerdictOf(ending: Ending, timeoutMs: number | null, moreTime: string = moreTimeForBlock): Verdict {
  if (ending.kind === "failure") {
    return { label: "could not run", tone: "failure", icon: "alert", advice: ending.message };
  }
  switch (ending.outcome) {
    case "exited":
      return ending.exitCode === 0
        ? { label: "success", tone: "success", icon: "check", advice: null }
        : { label: `exit ${ending.exitCode ?? "unknown"}`, tone: "failure", icon: "cross", advice: null };
    case "killed":
      return { label: killedBy(ending.signal), tone: "failure", icon: "skull", advice: null };
    case "timed_out":
      return {
        label: `timed out after ${duration(timeoutMs ?? ending.durationMs ?? 0)}`,
        tone: "warning",
        icon: "clock",
        advice: moreTime,
      };
    case "out_of_memory":
      return {
        label: "out of memory",
        tone: "failure",
        icon: "memory",
        advice: "The program needed more memory than its sandbox allows.",
      };
    case "cancelled":
      return { label: "stopped", tone: "neutral", icon: "stop", advice: null };
    case "lost":
      return {
        label: "lost",
        tone: "warning",
        icon: "question",
        advice: "The sandbox vanished before it could report. The program may or may not have finished.",
      };
  }
}

function killedBy(signal: number | null): string {
  if (signal === null) return "killed by a signal";
  const name = signalNames.get(signal);
  return name ? `killed by signal ${signal} (${name})` : `killed by signal ${signal}`;
}

/** Milliseconds as a reader says them: 12 ms, 3.4 s, 2 min 5 s. Nothing takes no time: the server rounds down. */
export function duration(ms: number): string {
  if (ms < 1) return "under 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** Bytes as a reader says them: 512 B, 64 KiB, 1.5 MiB. */
export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${Number(amount.toFixed(1))} ${units[unit]}`;
}
