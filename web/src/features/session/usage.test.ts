import { expect, it } from "vitest";
import type { SessionUsage } from "@/api/schema.ts";
import { cpuShare, processors, shareOf } from "./usage.ts";

const sample = (second: number, cpu_ms: number | null): SessionUsage => ({
  at: `2026-11-21T01:00:${String(second).padStart(2, "0")}.000Z`,
  cpu_ms,
  memory_bytes: 1,
  peak_memory_bytes: 1,
  processes: 1,
  limits: { cpu_millis: 2000, memory_bytes: 2, processes: 2, workspace_bytes: 2 },
});

it("two_samples_make_a_pace", () => {
  expect(cpuShare(sample(2, 3_000), sample(0, 1_000))).toBe(0.5);
  expect(cpuShare(sample(2, 3_000), null)).toBeNull();
  expect(cpuShare(sample(2, 3_000), sample(2, 3_000))).toBeNull();
  expect(cpuShare(sample(2, 10), sample(0, 1_000))).toBeNull();
  expect(cpuShare(sample(2, null), sample(0, 1))).toBeNull();
  expect(cpuShare(sample(1, 9_000), sample(0, 1_000))).toBe(1);
});

it("a_share_stays_between_nothing_and_all", () => {
  expect([shareOf(1, 2), shareOf(3, 2), shareOf(1, 0), shareOf(-1, 2)]).toEqual([0.5, 1, 0, 0]);
  expect([1000, 500, 2000].map(processors)).toEqual(["1 processor", "0.5 processors", "2 processors"]);
});
