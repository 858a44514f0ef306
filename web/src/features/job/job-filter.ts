/** Which jobs are shown, as the address of the page holds it. */
import type { JobStatus } from "@/api/schema.ts";
import { statuses } from "./job-status.ts";

export interface JobFilter {
  status: readonly JobStatus[];
  name: string;
  /** Only what this schedule submitted. */
  schedule: string;
}

/** What the address says; anything that is no state of a job is passed over. */
export function filterIn(search: URLSearchParams): JobFilter {
  const told = new Set((search.get("status") ?? "").split(","));
  return {
    status: statuses.map(([status]) => status).filter((status) => told.has(status)),
    name: search.get("name") ?? "",
    schedule: search.get("schedule") ?? "",
  };
}

/** The filter as the address and the server take it; everything is the empty one. */
export function searchOf({ status, name, schedule }: JobFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (status.length > 0) search.set("status", status.join(","));
  if (name.trim() !== "") search.set("name", name.trim());
  if (schedule !== "") search.set("schedule", schedule);
  return search;
}

export function toggled({ status, ...rest }: JobFilter, which: JobStatus): JobFilter {
  return { ...rest, status: status.includes(which) ? status.filter((it) => it !== which) : [...status, which] };
}

export function isNarrow(filter: JobFilter): boolean {
  return searchOf(filter).size > 0;
}
