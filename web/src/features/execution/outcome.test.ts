import { expect, it } from "vitest";
import type { Outcome } from "@/api/schema.ts";
import { duration, size, verdictOf } from "./outcome.ts";

const ended = (outcome: Outcome, over: { exitCode?: number; signal?: number; durationMs?: number } = {}) =>
  ({ kind: "outcome", outcome, exitCode: null, signal: null, durationMs: 10, usage: null, ...over }) as const;

it("each_outcome_has_its_own_words_and_icon", () => {
  const verdicts = [
    verdictOf(ended("exited", { exitCode: 0 }), null),
    verdictOf(ended("exited", { exitCode: 3 }), null),
    verdictOf(ended("killed", { signal: 9 }), null),
    verdictOf(ended("timed_out"), 30_000),
    verdictOf(ended("out_of_memory"), null),
    verdictOf(ended("cancelled"), null),
    verdictOf(ended("lost"), null),
    verdictOf({ kind: "failure", code: "sandbox_unavailable", message: "no sandbox" }, null),
  ];
  expect(verdicts.map((verdict) => verdict.label)).toEqual([
    "success",
    "exit 3",
    "killed by signal 9 (SIGKILL)",
    "timed out after 30 s",
    "out of memory",
    "stopped",
    "lost",
    "could not run",
  ]);
  expect(new Set(verdicts.map((verdict) => verdict.icon)).size).toBe(verdicts.length);
});

it("a_timeout_without_a_limit_of_the_block_names_how_long_it_ran", () => {
  expect(verdictOf(ended("timed_out", { durationMs: 1_010 }), null).label).toBe("timed out after 1 s");
});

it("durations_and_sizes_read_naturally", () => {
  expect([0, 12, 999, 1000, 3449, 60_000, 125_000, 3_720_000].map(duration)).toEqual([
    "under 1 ms",
    "12 ms",
    "999 ms",
    "1 s",
    "3.4 s",
    "1 min",
    "2 min 5 s",
    "1 h 2 min",
  ]);
  expect([512, 65_536, 1_572_864].map(size)).toEqual(["512 B", "64 KiB", "1.5 MiB"]);
});
