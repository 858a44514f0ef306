import { expect, it } from "vitest";
import { timelineOf } from "./timeline.ts";

const at = (ms: number) => new Date(ms).toISOString();
const first = { attempt: 1, worker: "wrk_1", claimed_at: at(5), started_at: at(10), ended_at: at(30), end: "failed", reason: null, exit_code: 3 };
const job = {
  status: "queued" as const,
  ended: null,
  attempt: 0,
  attempts: [],
  created_at: at(0),
  claimed_at: null,
  started_at: null,
  finished_at: null,
  result: null,
  reason: null,
  worker: null,
};

it("a_job_that_nobody_took_waits", () => {
  expect(timelineOf(job, 40)).toMatchObject([{ number: 1, label: "waiting", waitedMs: 40, ranMs: null, bar: { before: 0, waited: 100, ran: 0 } }]);
});

it("attempts_share_one_axis_and_each_waits_from_the_end_of_the_one_before", () => {
  const ended = { ...job, status: "failed" as const, ended: "dead" as const, attempt: 2, attempts: [first], started_at: at(60), finished_at: at(100) };
  expect(timelineOf(ended, 999)).toMatchObject([
    { number: 1, label: "failed", exitCode: 3, waitedMs: 10, ranMs: 20, bar: { before: 0, waited: 10, ran: 20 } },
    { number: 2, label: "failed", tone: "failure", waitedMs: 30, ranMs: 40, bar: { before: 30, waited: 30, ran: 40 } },
  ]);
});

it("what_waits_to_be_retried_does_not_run_though_the_attempt_before_did", () => {
  const waiting = { ...job, attempt: 1, attempts: [first], started_at: at(10) };
  expect(timelineOf(waiting, 50)).toMatchObject([{ number: 1 }, { number: 2, label: "waiting", waitedMs: 20, ranMs: null }]);
});

it("a_job_cancelled_before_it_started_says_that_it_never_did", () => {
  const cancelled = { ...job, status: "cancelled" as const, ended: "cancelled" as const, finished_at: at(20) };
  expect(timelineOf(cancelled, 999)).toMatchObject([{ label: "never started", waitedMs: 20, ranMs: null }]);
});
