/** The attempts of a job as bars on one axis of time: from when it was submitted until it ended, or now. */
import type { JobDetail } from "@/api/schema.ts";

export interface AttemptRow {
  /** Counted from 1. */
  number: number;
  /** How it ended, in words; how it is going, if it has not. */
  label: string;
  tone: "success" | "failure" | "warning" | "neutral";
  exitCode: number | null;
  reason: string | null;
  worker: string | null;
  /** Milliseconds that it waited for its start. */
  waitedMs: number;
  /** Milliseconds that its program ran; null if it was never started. */
  ranMs: number | null;
  /** Parts of the axis, in percent. */
  bar: { before: number; waited: number; ran: number };
}

type Timed = Pick<JobDetail, "status" | "ended" | "attempt" | "attempts" | "created_at" | "claimed_at" | "started_at" | "finished_at" | "result" | "reason" | "worker">;

interface Span {
  number: number;
  label: string;
  tone: AttemptRow["tone"];
  exitCode: number | null;
  reason: string | null;
  worker: string | null;
  started: number | null;
  ended: number;
}

export function timelineOf(job: Timed, now: number): AttemptRow[] {
  const from = Date.parse(job.created_at);
  const spans = spansOf(job, now);
  const whole = Math.max(1, (spans.at(-1)?.ended ?? from) - from);
  let due = from;
  return spans.map(({ started, ended, ...span }) => {
    const waitedMs = Math.max(0, (started ?? ended) - due);
    const ranMs = started === null ? null : Math.max(0, ended - started);
    const bar = { before: (100 * (due - from)) / whole, waited: (100 * waitedMs) / whole, ran: (100 * (ranMs ?? 0)) / whole };
    due = ended;
    return { ...span, waitedMs, ranMs, bar };
  });
}

function spansOf(job: Timed, now: number): Span[] {
  const over = job.attempts.map((it): Span => ({
    number: it.attempt,
    label: words(it.end),
    tone: toneOf(it.end),
    exitCode: it.exit_code,
    reason: it.reason,
    worker: it.worker,
    started: at(it.started_at),
    ended: Date.parse(it.ended_at),
  }));
  const before = over.at(-1)?.ended ?? 0;
  const live = job.finished_at === null;
  const ofLast = job.attempt > (over.at(-1)?.number ?? 0);
  if (!live && !ofLast && over.length > 0) return over;
  // Until the next attempt starts, a job still tells of the one before.
  const started = at(job.started_at);
  const state = live ? (job.status === "running" ? "running" : "waiting") : job.attempt === 0 ? "never started" : null;
  const last: Span = {
    number: ofLast ? job.attempt : (over.at(-1)?.number ?? 0) + 1,
    label: state ?? words(job.ended === "dead" ? "failed" : (job.ended ?? job.status)),
    tone: state === null ? toneOf(job.ended ?? job.status) : "neutral",
    exitCode: live ? null : (job.result?.exit_code ?? null),
    reason: live ? null : job.reason,
    worker: ofLast ? job.worker : null,
    started: started !== null && started >= before ? started : null,
    ended: at(job.finished_at) ?? now,
  };
  return [...over, last];
}

function at(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function words(end: string): string {
  return end.replaceAll("_", " ");
}

function toneOf(end: string): AttemptRow["tone"] {
  if (end === "succeeded") return "success";
  if (end === "lost" || end === "timed_out") return "warning";
  return end === "failed" || end === "dead" ? "failure" : "neutral";
}
