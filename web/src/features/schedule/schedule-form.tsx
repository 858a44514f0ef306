import { useId, useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { NewSchedule } from "@/api/schema.ts";
import { orderOf, type JobDraft, type JobProblems } from "@/features/job/job-draft.ts";
import { refusedFields } from "@/features/job/job-refusal.ts";
import { JobPayload } from "@/features/job/job-payload.tsx";
import { JobSettings } from "@/features/job/job-settings.tsx";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";
import { examples, missedWords, problemsOfSchedule, refusedTimes, scheduleOf, type ScheduleDraft, type ScheduleProblems } from "./schedule-draft.ts";

interface ScheduleFormProps {
  schedule: ScheduleDraft;
  job: JobDraft;
  paused: boolean;
  action: string;
  busy: boolean;
  error: Error | null;
  /** `refused` is told why not. */
  onSubmit: (schedule: NewSchedule, refused: (error: Error) => void) => void;
}

/** When a schedule submits, and what. */
export function ScheduleForm({ schedule: initial, job: initialJob, paused, action, busy, error, onSubmit }: ScheduleFormProps) {
  const [schedule, setSchedule] = useState(initial);
  const [job, setJob] = useState(initialJob);
  const [problems, setProblems] = useState<ScheduleProblems>({});
  const [jobProblems, setJobProblems] = useState<JobProblems>({});
  const change = (changed: Partial<ScheduleDraft>) => {
    setSchedule((before) => ({ ...before, ...changed }));
    setProblems({});
  };
  const changeJob = (changed: Partial<JobDraft>) => {
    setJob((before) => ({ ...before, ...changed }));
    setJobProblems({});
  };
  const send = () => {
    const { order, problems: wrongJob } = orderOf(job);
    const wrong = problemsOfSchedule(schedule);
    setProblems(wrong);
    setJobProblems(wrongJob);
    if (Object.keys(wrong).length + Object.keys(wrongJob).length > 0 || busy) return;
    onSubmit(scheduleOf(schedule, order, paused), (refusal) => {
      setProblems(refusedTimes(refusal));
      setJobProblems(refusedFields(refusal, ["job"]));
    });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:items-start"
    >
      <div className="min-w-0 space-y-5">
        <TimesPart schedule={schedule} problems={problems} onChange={change} />
        <JobPayload draft={job} problems={jobProblems} onChange={changeJob} onSubmit={send} />
      </div>
      <div className="min-w-0 space-y-5">
        {error ? <Notice>{messageOf(error)}</Notice> : null}
        {/* Above the settings: a text that becomes a chip as its field is left would move the button away from the click. */}
        <Button type="submit" look="primary" size="large" className="w-full" busy={busy}>
          {action}
        </Button>
        <JobSettings draft={job} problems={jobProblems} onChange={changeJob} scheduled />
      </div>
    </form>
  );
}

interface TimesPartProps {
  schedule: ScheduleDraft;
  problems: ScheduleProblems;
  onChange: (change: Partial<ScheduleDraft>) => void;
}

function TimesPart({ schedule, problems, onChange }: TimesPartProps) {
  const zones = useId();
  return (
    <section aria-label="When it submits" className="space-y-5 rounded-xl border border-line bg-surface p-4 shadow-card">
      <Field
        size="small"
        label="Name of the schedule"
        value={schedule.name}
        placeholder="Nightly report"
        problem={problems.name ?? null}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <div>
        <Field
          size="small"
          label="Times, as a cron pattern"
          value={schedule.cron}
          placeholder="30 2 * * 1-5"
          spellCheck={false}
          autoComplete="off"
          hint="Minute, hour, day of the month, month, day of the week."
          problem={problems.cron ?? null}
          onChange={(event) => onChange({ cron: event.target.value })}
        />
        <div role="group" aria-label="Examples of times" className="mt-2 flex flex-wrap gap-1.5">
          {examples.map(([words, cron]) => (
            <Button key={cron} size="small" onClick={() => onChange({ cron })}>
              {words}
            </Button>
          ))}
        </div>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <div>
          <Field
            size="small"
            label="Time zone"
            list={zones}
            value={schedule.zone}
            spellCheck={false}
            autoComplete="off"
            problem={problems.zone ?? null}
            onChange={(event) => onChange({ zone: event.target.value })}
          />
          <datalist id={zones}>
            {["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </datalist>
        </div>
        <Select
          label="Times missed while no server ran"
          options={missedWords}
          value={schedule.missed}
          onChange={(event) => onChange({ missed: missedWords.find(([it]) => it === event.target.value)?.[0] ?? schedule.missed })}
        />
      </div>
    </section>
  );
}
