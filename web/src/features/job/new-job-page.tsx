import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { draftOf, emptyJob, orderOf, type JobDraft, type JobProblems } from "./job-draft.ts";
import { refusedFields } from "./job-refusal.ts";
import { JobPayload } from "./job-payload.tsx";
import { jobQuery, useSubmitJob } from "./job-queries.ts";
import { JobSettings } from "./job-settings.tsx";

/** Submits a job: a new one, or one that begins as another was. */
export function NewJobPage() {
  const [search] = useSearchParams();
  const again = search.get("again") ?? "";
  const model = useQuery({ ...jobQuery(again), enabled: again !== "" });
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>New job · Runbook</title>
      <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">New job</h1>
      <p className="mt-1.5 mb-6 text-[0.9375rem] text-ink-faint">It is stored before it runs, and goes on when you close this page or the server restarts.</p>
      {again !== "" && model.isPending ? (
        <div role="status">
          <span className="sr-only">Loading the job to begin with</span>
          <Skeleton className="h-80 w-full rounded-xl" />
        </div>
      ) : (
        <>
          {model.isError ? (
            <Notice tone="warning" className="mb-5">
              The job to begin with could not be loaded: {messageOf(model.error)}
            </Notice>
          ) : null}
          <JobForm key={again} initial={model.data ? draftOf(model.data.order) : emptyJob} />
        </>
      )}
    </main>
  );
}

function JobForm({ initial }: { initial: JobDraft }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [problems, setProblems] = useState<JobProblems>({});
  const submit = useSubmitJob();
  const change = (changed: Partial<JobDraft>) => {
    setDraft((before) => ({ ...before, ...changed }));
    setProblems({});
  };
  const send = () => {
    const { order, problems: found } = orderOf(draft);
    setProblems(found);
    if (Object.keys(found).length > 0 || submit.isPending) return;
    submit.mutate(order, { onSuccess: (job) => void navigate(paths.job(job.job_id)), onError: (error) => setProblems(refusedFields(error)) });
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
      <JobPayload draft={draft} problems={problems} onChange={change} onSubmit={send} />
      <div className="min-w-0 space-y-5">
        {submit.isError ? <Notice>{messageOf(submit.error)}</Notice> : null}
        {/* Above the settings: a text that becomes a chip as its field is left would move the button away from the click. */}
        <Button type="submit" look="primary" size="large" className="w-full" busy={submit.isPending}>
          Submit job
        </Button>
        <JobSettings draft={draft} problems={problems} onChange={change} />
      </div>
    </form>
  );
}
