import { expect, it } from "vitest";
import { draftOfSchedule, emptySchedule, momentIn, problemsOfSchedule, scheduleOf } from "./schedule-draft.ts";

const good = { ...emptySchedule("Europe/Vienna"), name: "nightly", cron: "30 2 * * 1-5" };

it("a_whole_schedule_has_no_problems_and_is_sent_without_what_surrounds_it", () => {
  expect(problemsOfSchedule(good)).toEqual({});
  expect(scheduleOf({ ...good, name: " nightly ", cron: "30 2 * * 1-5 " }, { payload: { command: "date" } }, true)).toEqual({
    name: "nightly",
    cron: "30 2 * * 1-5",
    time_zone: "Europe/Vienna",
    missed: "once",
    paused: true,
    job: { payload: { command: "date" } },
  });
});

it("a_pattern_of_four_fields_and_a_zone_of_another_planet_are_told_before_they_are_sent", () => {
  expect(Object.keys(problemsOfSchedule({ ...good, cron: "30 2 * *" }))).toEqual(["cron"]);
  expect(Object.keys(problemsOfSchedule({ ...good, zone: "Mars/Base" }))).toEqual(["zone"]);
  expect(Object.keys(problemsOfSchedule({ ...good, zone: "" }))).toEqual(["zone"]);
  expect(Object.keys(problemsOfSchedule({ ...good, name: " " }))).toEqual(["name"]);
});

it("a_stored_schedule_can_be_edited", () => {
  const rest = { id: "sched_1", paused: false, job: { payload: { command: "x" } }, next_at: null, last_job: null, created_at: "" };
  const stored = { ...rest, name: "n", cron: "* * * * *", time_zone: "UTC", missed: "all" } as const;
  expect(draftOfSchedule(stored)).toEqual({ name: "n", cron: "* * * * *", zone: "UTC", missed: "all" });
});

it("a_moment_is_told_in_the_zone_that_is_asked_for", () => {
  expect(momentIn("2026-11-23T01:30:00Z", "Europe/Vienna")).toContain("02:30");
  expect(momentIn("2026-11-23T01:30:00Z", "UTC")).toContain("01:30");
});
