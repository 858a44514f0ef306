/** What the figures of a session mean. */
import type { SessionUsage } from "@/api/schema.ts";

/** A part of a whole, from 0 to 1. */
export function shareOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

/** How much of its processors a session used between two samples, from 0 to 1; null without two. */
export function cpuShare(now: SessionUsage, before: SessionUsage | null): number | null {
  if (!before || now.cpu_ms === null || before.cpu_ms === null) return null;
  const passed = Date.parse(now.at) - Date.parse(before.at);
  // A session that slept in between counts from zero again.
  if (passed <= 0 || now.cpu_ms < before.cpu_ms) return null;
  return shareOf(now.cpu_ms - before.cpu_ms, (passed * now.limits.cpu_millis) / 1000);
}

export function processors(millis: number): string {
  const number = millis / 1000;
  return number === 1 ? "1 processor" : `${number.toLocaleString("en")} processors`;
}
