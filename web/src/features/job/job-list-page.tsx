import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Link, useSearchParams } from "react-router";
import type { Job } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { TimeAgo, useNow } from "@/ui/time.tsx";
import { JobBadge } from "./job-badge.tsx";
import { filterIn, isNarrow, searchOf, toggled, type JobFilter } from "./job-filter.ts";
import { jobsQuery } from "./job-queries.ts";
import { isLive, kindOf, ranFor, runs, standingOf, statuses, titleOf } from "./job-status.ts";
import { JobsPlaces } from "./jobs-places.tsx";

export function JobListPage() {
  const [search, setSearch] = useSearchParams();
  const filter = filterIn(search);
  const jobs = useInfiniteQuery(jobsQuery(filter));
  const known = itemsOf(jobs);
  const narrow = isNarrow(filter);
  const now = useNow(known.some(isLive) ? 1_000 : null);
  const show = (changed: JobFilter) => setSearch(searchOf(changed), { replace: true });
  const create = (
    <Link to={paths.newJob()} className={buttonClass("primary")}>
      <Icon name="plus" />
      New job
    </Link>
  );
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Jobs · Runbook</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your jobs</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Work that is handed over: queued, run once there is room, and kept with what it printed and left.</p>
        </div>
        {known.length > 0 || narrow ? create : null}
      </div>
      <JobsPlaces />
      {known.length > 0 || narrow ? <FilterBar filter={filter} onChange={show} /> : null}
      <PagedList
        query={jobs}
        loading="Loading your jobs"
        failure="Your jobs could not be loaded"
        empty={
          narrow ? (
            <BlankSlate icon="question" title="No such jobs" action={<Button onClick={() => show({ status: [], name: "", schedule: "" })}>Show all jobs</Button>}>
              None of your jobs is as the filter says.
            </BlankSlate>
          ) : (
            <BlankSlate icon="clock" title="No jobs yet" action={create}>
              A job is a command, code, a runbook or a function that runs without you. It survives restarts and can be retried.
            </BlankSlate>
          )
        }
      >
        {(items) => (
          <ListCard>
            {items.map((job) => (
              <JobRow key={job.id} job={job} now={now} />
            ))}
          </ListCard>
        )}
      </PagedList>
    </main>
  );
}

function FilterBar({ filter, onChange }: { filter: JobFilter; onChange: (filter: JobFilter) => void }) {
  const [name, setName] = useState(filter.name);
  const find = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...filter, name });
  };
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
      <div role="group" aria-label="States" className="flex flex-wrap gap-1.5">
        {statuses.map(([status, label]) => (
          <button
            key={status}
            type="button"
            aria-pressed={filter.status.includes(status)}
            onClick={() => onChange(toggled(filter, status))}
            className="h-8 rounded-full border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink-soft transition-colors hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            {label}
          </button>
        ))}
      </div>
      <form role="search" onSubmit={find} className="flex min-w-0 flex-1 basis-56 gap-2 sm:justify-end">
        <input
          type="search"
          aria-label="Name of the jobs"
          placeholder="Exact name"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            if (event.target.value === "") onChange({ ...filter, name: "" });
          }}
          className="h-8 w-full min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2.5 text-[0.8125rem] text-ink placeholder:text-ink-faint hover:border-line-strong sm:max-w-52"
        />
        <Button size="small" type="submit">
          Find
        </Button>
      </form>
      {filter.schedule === "" ? null : (
        <p className="flex basis-full flex-wrap items-center gap-2 text-[0.8125rem] text-ink-soft">
          Only what one schedule submitted.
          <Button size="small" onClick={() => onChange({ ...filter, schedule: "" })}>
            Show others too
          </Button>
        </p>
      )}
    </div>
  );
}

function JobRow({ job, now }: { job: Job; now: number }) {
  const standing = standingOf(job, now);
  const ran = ranFor(job, now);
  return (
    <li className="relative px-5 py-4 transition-colors hover:bg-sunken">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link
          to={paths.job(job.id)}
          className={`min-w-0 max-w-full truncate text-[0.9375rem] font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent ${job.order.name ? "" : "font-mono"}`}
        >
          {titleOf(job)}
        </Link>
        <JobBadge standing={standing} />
      </div>
      {job.order.name ? <p className="mt-1 truncate font-mono text-[0.8125rem] text-ink-soft">{runs(job.order.payload)}</p> : null}
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span>{kindOf(job.order)}</span>
        <span>
          submitted <TimeAgo at={job.created_at} />
        </span>
        {ran === null ? null : <span className="tabular-nums">{isLive(job) ? `running for ${ran}` : `ran ${ran}`}</span>}
        {job.attempt > 1 ? <span>attempt {job.attempt}</span> : null}
        {job.schedule ? <span>by a schedule</span> : null}
      </p>
    </li>
  );
}
