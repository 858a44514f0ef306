import { useQuery } from "@tanstack/react-query";
import type { JobStanding } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { myLimitsQuery } from "./job-queries.ts";
import { JobsPlaces } from "./jobs-places.tsx";
import { meters, type Meter } from "./standing.ts";

/** How much one may ask of the queue, and how much one has. */
export function MyLimitsPage() {
  const standing = useQuery(myLimitsQuery);
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Your limits · Runbook</title>
      <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your limits</h1>
      <p className="mt-1.5 mb-6 text-[0.9375rem] text-ink-faint">What you may ask of the queue, and what you use. Administrators set them.</p>
      <JobsPlaces />
      {standing.isPending ? (
        <div role="status">
          <span className="sr-only">Loading your limits</span>
          <Skeleton className="h-52 w-full rounded-xl" />
        </div>
      ) : null}
      {standing.isError && !standing.data ? <ListFailure error={standing.error} busy={standing.isFetching} onRetry={() => void standing.refetch()} /> : null}
      {standing.data ? <Standing standing={standing.data} /> : null}
    </main>
  );
}

function Standing({ standing }: { standing: JobStanding }) {
  const { per_minute: perMinute } = standing.limits;
  return (
    <>
      <ul className="grid gap-4 sm:grid-cols-2">
        {meters(standing).map((meter) => (
          <MeterCard key={meter.label} meter={meter} />
        ))}
      </ul>
      <p className="mt-4 text-[0.8125rem] text-ink-faint">
        {perMinute == null
          ? "You may submit jobs as fast as you like."
          : `You may submit ${perMinute} jobs a minute; whoever is faster is told when to come back.`}
      </p>
    </>
  );
}

function MeterCard({ meter: { label, used, most, share } }: { meter: Meter }) {
  const id = label.replaceAll(" ", "-");
  return (
    <li className="rounded-xl border border-line bg-surface px-4 py-3.5 shadow-card">
      <h2 id={id} className="text-[0.8125rem] text-ink-faint">
        {label}
      </h2>
      <p className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
        <span className="text-xl font-semibold tracking-[-0.02em] text-ink tabular-nums">{used}</span>
        <span className="text-[0.8125rem] text-ink-faint">{most === null ? "no limit" : `of ${most}`}</span>
      </p>
      {share === null ? null : (
        <div
          role="meter"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(100 * share)}
          className="mt-2.5 h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div style={{ width: `${100 * share}%` }} className={`h-full rounded-full ${share >= 0.9 ? "bg-warning" : "bg-accent"}`} />
        </div>
      )}
    </li>
  );
}
