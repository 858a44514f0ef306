import { expect, it } from "vitest";
import type { Queue } from "@/api/schema.ts";
import { lineOf, withSample, type Sample } from "./queue-history.ts";

const queue: Queue = { waiting: 0, scheduled: 0, held: 0, ready: 4, leased: 0, running: 2, oldest_ms: 50, ended_last_minute: 9, workers: [] };

it("a_look_is_added_once_and_old_ones_are_forgotten", () => {
  const once = withSample([], queue, 1);
  expect(once).toEqual([{ at: 1, depth: 4, waitMs: 50, ended: 9 }]);
  expect(withSample(once, queue, 1)).toBe(once);
  let history: readonly Sample[] = [];
  for (let at = 0; at < 400; at += 1) history = withSample(history, queue, at);
  expect(history).toHaveLength(300);
  expect(history.at(-1)?.at).toBe(399);
});

it("a_line_spans_the_box_and_begins_at_zero", () => {
  expect(lineOf([0, 5, 10])).toBe("0,100 50,50 100,0");
  expect(lineOf([0, 0])).toBe("0,100 100,100");
  expect(lineOf([])).toBe("");
});
