import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { Schedule } from "@/api/schema.ts";
import { runs } from "@/features/job/job-status.ts";
import { JobsPlaces } from "@/features/job/jobs-places.tsx";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { toast } from "@/ui/toasts.tsx";
import { NextTime } from "./next-time.tsx";
import { bodyOf, schedulesQuery, useSaveSchedule } from "./schedule-queries.ts";

export function ScheduleListPage() {
  const schedules = useInfiniteQuery(schedulesQuery);
  const known = itemsOf(schedules);
  const create = (
    <Link to={paths.newSchedule()} className={buttonClass("primary")}>
      <Icon name="plus" />
      New schedule
    </Link>
  );
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Schedules · Runbook</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your schedules</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Jobs that are submitted at set times.</p>
        </div>
        {known.length > 0 ? create : null}
      </div>
      <JobsPlaces />
      <PagedList
        query={schedules}
        loading="Loading your schedules"
        failure="Your schedules could not be loaded"
        empty={
          <BlankSlate icon="clock" title="No schedules yet" action={create}>
            Every night, every weekday, every ten minutes: a schedule submits the same job each time.
          </BlankSlate>
        }
      >
        {(items) => (
          <ListCard>
            {items.map((schedule) => (
              <ScheduleRow key={schedule.id} schedule={schedule} />
            ))}
          </ListCard>
        )}
      </PagedList>
    </main>
  );
}

function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const save = useSaveSchedule(schedule.id);
  const toggle = () =>
    save.mutate({ ...bodyOf(schedule), paused: !schedule.paused }, { onError: (error) => toast(messageOf(error), "failure") });
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 px-5 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link to={paths.schedule(schedule.id)} className="min-w-0 rounded text-[0.9375rem] font-medium break-words text-ink hover:text-accent">
            {schedule.name}
          </Link>
          <code className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-xs text-ink-soft">{schedule.cron}</code>
          {schedule.paused ? (
            <span data-state="paused" className="rounded-full bg-warning-soft px-2 py-0.5 text-xs font-medium text-warning">
              paused
            </span>
          ) : null}
        </p>
        <p className="mt-1 truncate font-mono text-[0.8125rem] text-ink-soft">{runs(schedule.job.payload)}</p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
          <NextTime schedule={schedule} />
          <Link to={paths.jobs(`schedule=${schedule.id}`)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
            Its jobs
          </Link>
        </p>
      </div>
      <Button size="small" busy={save.isPending} aria-label={`${schedule.paused ? "Resume" : "Pause"} ${schedule.name}`} onClick={toggle}>
        {schedule.paused ? "Resume" : "Pause"}
      </Button>
    </li>
  );
}
