import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { Schedule } from "@/api/schema.ts";
import { draftOf } from "@/features/job/job-draft.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button, buttonClass, IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { toast } from "@/ui/toasts.tsx";
import { NextTime } from "./next-time.tsx";
import { draftOfSchedule } from "./schedule-draft.ts";
import { ScheduleForm } from "./schedule-form.tsx";
import { bodyOf, scheduleQuery, useDeleteSchedule, useSaveSchedule } from "./schedule-queries.ts";

export function SchedulePage() {
  const { schedule: id = "" } = useParams();
  const schedule = useQuery(scheduleQuery(id));
  if (schedule.isPending) {
    return (
      <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-8 sm:px-6">
        <div role="status" className="space-y-5">
          <span className="sr-only">Loading the schedule</span>
          <Skeleton className="h-8 w-60" />
          <Skeleton className="h-80 w-full rounded-xl" />
        </div>
      </main>
    );
  }
  if (!schedule.data) return <PageError error={schedule.error} retry={() => void schedule.refetch()} />;
  return <LoadedSchedule key={id} schedule={schedule.data} />;
}

function LoadedSchedule({ schedule }: { schedule: Schedule }) {
  const save = useSaveSchedule(schedule.id);
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>{`${schedule.name} · Runbook`}</title>
      <ScheduleHeader schedule={schedule} />
      <ScheduleForm
        schedule={draftOfSchedule(schedule)}
        job={draftOf(schedule.job)}
        paused={schedule.paused}
        action="Save schedule"
        busy={save.isPending}
        error={save.error}
        onSubmit={(body, refused) => save.mutate(body, { onSuccess: (saved) => toast(`Saved ${saved.name}.`), onError: refused })}
      />
    </main>
  );
}

const failed = (error: Error) => toast(messageOf(error), "failure");

function ScheduleHeader({ schedule }: { schedule: Schedule }) {
  const navigate = useNavigate();
  const pause = useSaveSchedule(schedule.id);
  const remove = useDeleteSchedule(schedule.id);
  const ask = async () => {
    const yes = await confirm({
      title: `Delete ${schedule.name}?`,
      body: "It submits no more jobs. Those that it has submitted go on and stay. This cannot be undone.",
      action: "Delete schedule",
    });
    if (!yes) return;
    remove.mutate(undefined, {
      onSuccess: () => {
        toast(`Deleted ${schedule.name}.`);
        void navigate(paths.schedules());
      },
      onError: failed,
    });
  };
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-2 gap-y-3">
      <Link
        to={paths.schedules()}
        aria-label="All schedules"
        title="All schedules"
        className="-ml-2 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
      >
        <Icon name="back" className="size-[1.125rem]" />
      </Link>
      <div className="min-w-0 flex-1 basis-52">
        <h1 className="text-[1.375rem] leading-9 font-semibold tracking-[-0.02em] break-words">{schedule.name}</h1>
        <p className="text-[0.8125rem] text-ink-faint">
          <NextTime schedule={schedule} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Link to={paths.jobs(`schedule=${schedule.id}`)} className={buttonClass()}>
          Its jobs
        </Link>
        <Button busy={pause.isPending} onClick={() => pause.mutate({ ...bodyOf(schedule), paused: !schedule.paused }, { onError: failed })}>
          {schedule.paused ? "Resume" : "Pause"}
        </Button>
        <IconButton icon="trash" label={`Delete ${schedule.name}`} disabled={remove.isPending} onClick={() => void ask()} className="hover:bg-failure-soft hover:text-failure" />
      </div>
    </div>
  );
}

function PageError({ error, retry }: { error: Error | null; retry: () => void }) {
  const isMissing = hasStatus(error, 404) || hasStatus(error, 403);
  const list = (
    <Link to={paths.schedules()} className={buttonClass("primary")}>
      Go to your schedules
    </Link>
  );
  return <PageFailure noun="schedule" reason={isMissing ? null : messageOf(error)} list={list} onRetry={retry} />;
}
