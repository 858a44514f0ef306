import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "@/api/client.ts";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { JobDetail } from "@/api/schema.ts";
import { useFeed } from "@/features/execution/use-feed.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button, buttonClass, IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Notice } from "@/ui/notice.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { TimeAgo, useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { ArtifactList } from "./artifact-list.tsx";
import { AttemptsView } from "./attempts-view.tsx";
import { JobBadge } from "./job-badge.tsx";
import { JobFacts } from "./job-facts.tsx";
import { JobFeed } from "./job-feed.ts";
import { JobLog } from "./job-log.tsx";
import { JobProgress } from "./job-progress.tsx";
import { jobQuery, useDeleteJob, useJobAction } from "./job-queries.ts";
import { isLive, kindOf, standingOf, titleOf } from "./job-status.ts";

export function JobPage() {
  const { job: id = "" } = useParams();
  const job = useQuery(jobQuery(id));
  if (job.isPending) return <PageSkeleton />;
  if (!job.data) return <PageError error={job.error} retry={() => void job.refetch()} />;
  return <LoadedJob key={id} job={job.data} />;
}

function LoadedJob({ job }: { job: JobDetail }) {
  const feed = useJobFeed(job.id);
  const state = useFeed(feed);
  const live = isLive(job);
  const now = useNow(live ? 250 : null);
  const standing = standingOf(job, now);
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>{`${titleOf(job)} · Runbook`}</title>
      <JobHeader job={job} now={now} />
      {standing.advice ? (
        <Notice tone={standing.tone === "failure" ? "failure" : standing.tone === "warning" ? "warning" : "neutral"} className="mb-5">
          {standing.advice}
        </Notice>
      ) : null}
      {live ? <JobProgress job={job} now={now} /> : null}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:items-start">
        <div className="min-w-0 space-y-5">
          {feed && state ? <JobLog feed={feed} state={state} name={titleOf(job)} timeoutMs={job.order.timeout ? job.order.timeout * 1000 : null} /> : null}
          <AttemptsView job={job} now={now} />
        </div>
        <div className="min-w-0 space-y-5">
          {job.artifacts.length > 0 ? <ArtifactList artifacts={job.artifacts} /> : null}
          <JobFacts job={job} />
        </div>
      </div>
    </main>
  );
}

/** The log of a job while it is shown; its end is looked up at once. */
function useJobFeed(id: string): JobFeed | null {
  const queries = useQueryClient();
  const [feed, setFeed] = useState<JobFeed | null>(null);
  useEffect(() => {
    let shown = true;
    const made = new JobFeed(id).start();
    // A feed that was closed shows nothing more, so that each showing has its own.
    // oxlint-disable-next-line react/set-state-in-effect
    setFeed(made);
    void made.finished.then(() => {
      if (shown) void queries.invalidateQueries({ queryKey: ["job", id] });
    });
    return () => {
      shown = false;
      made.close();
    };
  }, [id, queries]);
  return feed;
}

function JobHeader({ job, now }: { job: JobDetail; now: number }) {
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-2 gap-y-3">
      <Link
        to={paths.jobs()}
        aria-label="All jobs"
        title="All jobs"
        className="-ml-2 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
      >
        <Icon name="back" className="size-[1.125rem]" />
      </Link>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="line-clamp-2 min-w-0 text-[1.375rem] leading-tight font-semibold tracking-[-0.02em] break-words">{titleOf(job)}</h1>
          <span role="status">
            <JobBadge standing={standingOf(job, now)} />
          </span>
        </div>
        <p className="flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
          <span>{kindOf(job.order)}</span>
          <span>
            submitted <TimeAgo at={job.created_at} />
          </span>
        </p>
      </div>
      <Actions job={job} />
    </div>
  );
}

const failed = (error: Error) => toast(messageOf(error), "failure");

function Actions({ job }: { job: JobDetail }) {
  const navigate = useNavigate();
  const cancel = useJobAction(job.id, api.cancelJob);
  const retry = useJobAction(job.id, api.retryJob);
  const remove = useDeleteJob(job.id);
  const ask = async () => {
    const yes = await confirm({
      title: "Delete this job?",
      body: "What it printed is gone for good. The files that it left stay. This cannot be undone.",
      action: "Delete job",
    });
    if (!yes) return;
    remove.mutate(undefined, {
      onSuccess: () => {
        toast("Deleted the job.");
        void navigate(paths.jobs());
      },
      onError: failed,
    });
  };
  if (isLive(job)) {
    return (
      <Button icon="stop" busy={cancel.isPending || job.cancelling} onClick={() => cancel.mutate(undefined, { onError: failed })}>
        {job.cancelling ? "Cancelling" : "Cancel"}
      </Button>
    );
  }
  const again = () =>
    retry.mutate(undefined, {
      onSuccess: (made) => {
        toast("Submitted it again, as a new job.");
        void navigate(paths.job(made.job_id));
      },
      onError: failed,
    });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button icon="retry" busy={retry.isPending} onClick={again}>
        Retry
      </Button>
      <Link to={paths.newJob(job.id)} className={buttonClass()}>
        <Icon name="edit" />
        Change and submit
      </Link>
      <IconButton icon="trash" label="Delete job" disabled={remove.isPending} onClick={() => void ask()} className="hover:bg-failure-soft hover:text-failure" />
    </div>
  );
}

function PageSkeleton() {
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-8 sm:px-6">
      <div role="status" className="space-y-5">
        <span className="sr-only">Loading the job</span>
        <Skeleton className="h-8 w-60" />
        <Skeleton className="h-4 w-80 max-w-full" />
        <Skeleton className="h-80 w-full rounded-xl" />
      </div>
    </main>
  );
}

function PageError({ error, retry }: { error: Error | null; retry: () => void }) {
  const isMissing = hasStatus(error, 404) || hasStatus(error, 403);
  const list = (
    <Link to={paths.jobs()} className={buttonClass("primary")}>
      Go to your jobs
    </Link>
  );
  return <PageFailure noun="job" reason={isMissing ? null : messageOf(error)} list={list} onRetry={retry} />;
}
