/** The fields of a schedule beside its job, and how they become one. */
import { ApiError } from "@/api/errors.ts";
import type { MissedRuns, NewJob, NewSchedule, Schedule } from "@/api/schema.ts";

export interface ScheduleDraft {
  name: string;
  cron: string;
  zone: string;
  missed: MissedRuns;
}

export type ScheduleProblems = Partial<Record<"name" | "cron" | "zone", string>>;

export const missedWords: readonly (readonly [MissedRuns, string])[] = [
  ["once", "Run once for all of them"],
  ["skip", "Leave them out"],
  ["all", "Run each of them"],
];

/** Patterns that a reader may begin with. */
export const examples: readonly (readonly [string, string])[] = [
  ["Every hour", "0 * * * *"],
  ["Every night at 2:30", "30 2 * * *"],
  ["Weekdays at 9:00", "0 9 * * 1-5"],
  ["Each first of the month", "0 6 1 * *"],
];

export function emptySchedule(zone: string): ScheduleDraft {
  return { name: "", cron: "", zone, missed: "once" };
}

export function draftOfSchedule({ name, cron, time_zone, missed }: Schedule): ScheduleDraft {
  return { name, cron, zone: time_zone, missed };
}

/** What the server would refuse at once; whether the pattern makes sense is its own to say. */
export function problemsOfSchedule({ name, cron, zone }: ScheduleDraft): ScheduleProblems {
  const problems: ScheduleProblems = {};
  const letters = [...name.trim()].length;
  if (letters === 0) problems.name = "Give it a name.";
  if (letters > 200) problems.name = "Use at most 200 characters.";
  const fields = cron.trim().split(/\s+/).filter(Boolean).length;
  if (fields !== 5) problems.cron = "Use five fields: minute, hour, day of the month, month, day of the week.";
  if (!isZone(zone.trim())) problems.zone = "There is no such time zone. Use a name like Europe/Vienna, or UTC.";
  return problems;
}

/** Which of its fields a refusal of the server is about. */
export function refusedTimes(error: Error): ScheduleProblems {
  const field = error instanceof ApiError ? error.field[0] : undefined;
  if (field === "name" || field === "cron") return { [field]: error.message };
  return field === "time_zone" ? { zone: error.message } : {};
}

export function scheduleOf(draft: ScheduleDraft, job: NewJob, paused: boolean): NewSchedule {
  return { name: draft.name.trim(), cron: draft.cron.trim(), time_zone: draft.zone.trim(), missed: draft.missed, paused, job };
}

/** A moment in the zone of a schedule, or in the reader's where none is given. */
export function momentIn(at: string, zone?: string): string {
  const format = new Intl.DateTimeFormat("en", {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(zone ? { timeZone: zone } : {}),
  });
  return format.format(Date.parse(at));
}

function isZone(zone: string): boolean {
  if (zone === "") return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone }).format();
    return true;
  } catch {
    return false;
  }
}
