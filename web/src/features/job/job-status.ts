/** What a job's state is called, and what it means for the reader. */
import type { Job, JobStatus } from "@/api/schema.ts";
import { duration, type OutcomeIcon, type Tone } from "@/features/execution/outcome.ts";

export interface Standing {
  label: string;
  tone: Tone;
  /** Null while it is under way. */
  icon: OutcomeIcon | null;
  /** What a reader should know or do, if the label leaves it open. */
  advice: string | null;
}

/** The states by which jobs are filtered, and their names. */
export const statuses: readonly (readonly [JobStatus, string])[] = [
  ["queued", "Queued"],
  ["running", "Running"],
  ["finished", "Succeeded"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
  ["lost", "Needs attention"],
];

type Told = Pick<Job, "status" | "ended" | "cancelling" | "reason" | "result" | "order" | "attempt" | "started_at">;

export function standingOf(job: Told, now: number): Standing {
  if (isLive(job) && job.cancelling) return { label: "cancelling", tone: "neutral", icon: null, advice: null };
  if (job.status === "running") return { label: "running", tone: "neutral", icon: null, advice: null };
  if (job.status === "queued") return waiting(job, now);
  switch (job.ended) {
    case "succeeded":
      return { label: "succeeded", tone: "success", icon: "check", advice: null };
    case "cancelled":
      return { label: "cancelled", tone: "neutral", icon: "stop", advice: reasonOf(job) };
    case "timed_out":
      return { label: "timed out", tone: "warning", icon: "clock", advice: reasonOf(job) ?? "It took longer than its timeout. Submit it again with more." };
    case "lost":
      return {
        label: "needs attention",
        tone: "warning",
        icon: "question",
        advice: `Its worker vanished after the program had started. It may or may not have done its work, so look before you retry it.${also(job)}`,
      };
    case "dead":
      return {
        label: "gave up",
        tone: "failure",
        icon: "cross",
        advice: `${job.attempt === 1 ? "Its one attempt" : `All of its ${job.attempt} attempts`} failed.${also(job)}`,
      };
    case "failed":
    case null:
      return { label: failure(job), tone: "failure", icon: "cross", advice: reasonOf(job) };
  }
}

export function isLive({ status }: Pick<Job, "status">): boolean {
  return status === "queued" || status === "running";
}

/** What a job is called: its name, or what it runs. */
export function titleOf({ order }: Pick<Job, "order">): string {
  return order.name ?? runs(order.payload);
}

/** What it runs, in one line. */
export function runs(payload: Job["order"]["payload"]): string {
  if ("command" in payload) return typeof payload.command === "string" ? firstLine(payload.command) : payload.command.join(" ");
  if ("code" in payload) return firstLine(payload.code);
  if ("runbook" in payload) return `runbook ${payload.runbook}`;
  if ("function" in payload) return `function ${payload.function}`;
  return "a program kept as an artifact";
}

/** The kind of what it runs, as a word. */
export function kindOf(order: Job["order"]): string {
  if ("command" in order.payload) return "command";
  if ("runbook" in order.payload) return "runbook";
  if ("function" in order.payload) return "function";
  if ("artifact" in order.payload) return "artifact";
  return order.language ?? "code";
}

function waiting(job: Told, now: number): Standing {
  const due = job.order.run_at ? Date.parse(job.order.run_at) : 0;
  if (due > now) return { label: "scheduled", tone: "neutral", icon: "clock", advice: null };
  if (job.attempt > 0) return { label: "waiting to retry", tone: "warning", icon: null, advice: reasonOf(job) };
  if ((job.order.after?.length ?? 0) > 0 && job.started_at === null) {
    return { label: "queued", tone: "neutral", icon: null, advice: "It starts after the jobs that it names have succeeded." };
  }
  return { label: "queued", tone: "neutral", icon: null, advice: null };
}

function failure({ result }: Told): string {
  if (result?.outcome === "exited" && result.exit_code !== null) return `exit ${result.exit_code}`;
  if (result?.outcome === "out_of_memory") return "out of memory";
  if (result?.outcome === "killed") return "killed";
  return "failed";
}

/** How long its program has run by `now`, or ran. Null if none was started. */
export function ranFor(job: Pick<Job, "status" | "started_at" | "finished_at" | "result">, now: number): string | null {
  if (job.result) return duration(job.result.duration_ms);
  if (job.started_at === null) return null;
  if (job.status === "running") return duration(Math.max(0, now - Date.parse(job.started_at)));
  return job.finished_at === null ? null : duration(Date.parse(job.finished_at) - Date.parse(job.started_at));
}

function reasonOf({ reason }: Told): string | null {
  if (reason === null || reason === "") return null;
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?…]$/.test(reason) ? "" : "."}`;
}

function also(job: Told): string {
  const reason = reasonOf(job);
  return reason === null ? "" : ` ${reason}`;
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
