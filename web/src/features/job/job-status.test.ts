import { expect, it } from "vitest";
import type { Job } from "@/api/schema.ts";
import { kindOf, ranFor, runs, standingOf, titleOf } from "./job-status.ts";

const now = Date.parse("2030-01-01T12:00:00Z");

function job(changed: Partial<Job> = {}): Job {
  return {
    id: "job_1",
    status: "queued",
    ended: null,
    cancelling: false,
    reason: null,
    order: { payload: { command: "make report" } },
    schedule: null,
    retry_of: null,
    attempt: 0,
    worker: null,
    created_at: "2030-01-01T11:59:00Z",
    claimed_at: null,
    started_at: null,
    finished_at: null,
    queued_ms: 0,
    result: null,
    ...changed,
  };
}

const label = (changed: Partial<Job>) => standingOf(job(changed), now).label;

it("a_job_whose_time_has_not_come_is_scheduled_and_then_queued", () => {
  const order = { ...job().order, run_at: "2030-01-01T12:00:10Z" };
  expect(label({ order })).toBe("scheduled");
  expect(standingOf(job({ order }), now + 11_000).label).toBe("queued");
});

it("between_attempts_it_waits_to_retry_and_says_why", () => {
  const standing = standingOf(job({ attempt: 1, reason: "the disk is full" }), now);
  expect(standing).toMatchObject({ label: "waiting to retry", tone: "warning", advice: "The disk is full." });
});

it("a_lost_job_needs_attention_and_is_never_shown_as_success", () => {
  const standing = standingOf(job({ status: "lost", ended: "lost", attempt: 1 }), now);
  expect(standing.label).toBe("needs attention");
  expect(standing.tone).toBe("warning");
  expect(standing.advice).toMatch(/may or may not/);
});

it("how_a_program_failed_is_its_label", () => {
  const result = { outcome: "exited", exit_code: 3, timeout: false, duration_ms: 5, cpu_ms: 1, peak_memory_bytes: 1, truncated: false } as const;
  expect(label({ status: "failed", ended: "failed", result })).toBe("exit 3");
  expect(label({ status: "failed", ended: "failed", result: { ...result, outcome: "out_of_memory", exit_code: null } })).toBe("out of memory");
  expect(label({ status: "failed", ended: "failed" })).toBe("failed");
  expect(standingOf(job({ status: "failed", ended: "dead", attempt: 3, result }), now).advice).toBe("All of its 3 attempts failed.");
});

it("a_job_that_is_being_cancelled_says_so_until_it_is", () => {
  expect(label({ status: "running", cancelling: true })).toBe("cancelling");
  expect(label({ status: "cancelled", ended: "cancelled", cancelling: true })).toBe("cancelled");
});

it("a_job_without_a_name_is_called_by_the_first_line_of_what_it_runs", () => {
  expect(titleOf(job())).toBe("make report");
  expect(titleOf(job({ order: { name: "Report", payload: { command: "make" } } }))).toBe("Report");
  expect(runs({ code: "\nprint(1)\nprint(2)\n" })).toBe("print(1)");
  expect(runs({ command: ["ls", "-l"] })).toBe("ls -l");
  expect(kindOf({ language: "python", payload: { code: "1" } })).toBe("python");
});

it("a_running_job_counts_and_an_ended_one_tells_its_program", () => {
  const started_at = "2030-01-01T11:59:58Z";
  expect(ranFor(job({ status: "running", started_at }), now)).toBe("2 s");
  expect(ranFor(job({ status: "lost", started_at, finished_at: "2030-01-01T11:59:59Z" }), now)).toBe("1 s");
  expect(ranFor(job(), now)).toBeNull();
});
