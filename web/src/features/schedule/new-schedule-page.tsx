import { useNavigate } from "react-router";
import { emptyJob } from "@/features/job/job-draft.ts";
import { paths } from "@/paths.ts";
import { toast } from "@/ui/toasts.tsx";
import { emptySchedule } from "./schedule-draft.ts";
import { ScheduleForm } from "./schedule-form.tsx";
import { useCreateSchedule } from "./schedule-queries.ts";

export function NewSchedulePage() {
  const navigate = useNavigate();
  const create = useCreateSchedule();
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>New schedule · Runbook</title>
      <h1 className="mb-6 text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">New schedule</h1>
      <ScheduleForm
        schedule={emptySchedule(new Intl.DateTimeFormat().resolvedOptions().timeZone)}
        job={emptyJob}
        paused={false}
        action="Create schedule"
        busy={create.isPending}
        error={create.error}
        onSubmit={(body, refused) =>
          create.mutate(body, {
            onError: refused,
            onSuccess: (made) => {
              toast(`Made ${made.name}.`);
              void navigate(paths.schedules());
            },
          })
        }
      />
    </main>
  );
}
