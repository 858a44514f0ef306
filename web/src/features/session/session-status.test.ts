import { expect, it } from "vitest";
import type { Session } from "@/api/schema.ts";
import { dotOf, expiresSoon, isOpen, leftInWords, timeLeft, wordsOf } from "./session-status.ts";

const session = (over: Partial<Session>): Session => ({
  id: "sess_1",
  user_id: "u",
  runbook_id: "r",
  status: "ACTIVE",
  message: null,
  queue_position: null,
  created_at: "2026-11-21T01:00:00Z",
  last_activity_at: "2026-11-21T01:00:00Z",
  expires_at: "2026-11-21T01:30:00Z",
  ready_ms: 4,
  paused: false,
  isolation: { backend: "namespaces", holds: [], missing: [] },
  executions: 0,
  latest: null,
  walk: null,
  ...over,
});

it("a_queued_session_says_where_it_stands", () => {
  const waiting = session({ status: "STARTING", queue_position: 2 });
  expect(wordsOf(waiting)).toBe("Waiting for a sandbox, position 2");
  expect(dotOf(waiting)).toBe("waiting");
  expect(isOpen(waiting)).toBe(true);
});

it("an_ended_session_is_not_open_and_a_broken_one_looks_broken", () => {
  expect(isOpen(session({ status: "EXPIRED" }))).toBe(false);
  expect([null, session({ status: "TERMINATED" }), session({ status: "LOST" })].map(dotOf)).toEqual(["off", "off", "broken"]);
});

it("only_an_active_session_counts_down", () => {
  const now = Date.parse("2026-11-21T01:10:00Z");
  expect(timeLeft(session({}), now)).toBe(1_200_000);
  expect(timeLeft(session({ status: "ENDING" }), now)).toBeNull();
  expect([1_200_000, 59_000, 400, 7_200_000].map(leftInWords)).toEqual(["20 min", "59 s", "1 s", "2 h"]);
});

it("a_session_warns_two_minutes_before_its_end", () => {
  const at = (time: string) => expiresSoon(session({}), Date.parse(`2026-11-21T${time}Z`));
  expect([at("01:27:59"), at("01:28:00"), at("01:29:59"), at("01:31:00")]).toEqual([false, true, true, true]);
  expect(expiresSoon(session({ status: "EXPIRED" }), Date.parse("2026-11-21T01:29:00Z"))).toBe(false);
});

it("a_paused_session_says_so", () => {
  expect([wordsOf(session({ paused: true })), dotOf(session({ paused: true }))]).toEqual(["Paused", "waiting"]);
});
