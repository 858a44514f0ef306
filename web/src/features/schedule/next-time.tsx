import type { Schedule } from "@/api/schema.ts";
import { momentIn } from "./schedule-draft.ts";

/** When it submits next, by the reader's clock and, where that differs, by its own. */
export function NextTime({ schedule }: { schedule: Schedule }) {
  if (schedule.next_at === null) return <span>{schedule.paused ? "Submits nothing while it is paused" : "Its time never comes again"}</span>;
  const mine = momentIn(schedule.next_at);
  const its = momentIn(schedule.next_at, schedule.time_zone);
  return (
    <span>
      Next <time dateTime={schedule.next_at}>{mine}</time>, your time{mine === its ? null : ` (${its} in ${schedule.time_zone})`}
    </span>
  );
}
