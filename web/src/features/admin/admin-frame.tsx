import type { ReactNode } from "react";
import { useAccount } from "@/features/account/account-queries.ts";
import { JobsPlaces } from "@/features/job/jobs-places.tsx";
import { BlankSlate } from "@/ui/blank-slate.tsx";

interface AdminFrameProps {
  title: string;
  words: string;
  action?: ReactNode;
  children: ReactNode;
}

/** A page for administrators; for others it asks the server for nothing. */
export function AdminFrame({ title, words, action, children }: AdminFrameProps) {
  const { administrator } = useAccount();
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>{`${title} · Runbook`}</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">{title}</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">{words}</p>
        </div>
        {administrator ? action : null}
      </div>
      <JobsPlaces />
      {administrator ? (
        children
      ) : (
        <BlankSlate icon="shield" title="This is for administrators">
          Ask whoever runs this server if you need to see it.
        </BlankSlate>
      )}
    </main>
  );
}
