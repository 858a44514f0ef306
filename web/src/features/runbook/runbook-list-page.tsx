import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Navigate } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { configQuery } from "@/features/account/account-queries.ts";
import { paths } from "@/paths.ts";
import { BlankSlate, Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { NewRunbookDialog } from "./new-runbook-dialog.tsx";
import { RunbookRow } from "./runbook-row.tsx";
import { runbooksQuery } from "./runbook-queries.ts";

export function RunbookListPage() {
  const config = useQuery(configQuery);
  const runbooks = useInfiniteQuery(runbooksQuery);
  const [creating, setCreating] = useState(false);
  const items = runbooks.data?.pages.flatMap((page) => page.items) ?? [];
  const [only] = items;

  // A local document is the only one there is: a list of one would be a detour.
  if (config.data?.mode === "local" && only) return <Navigate replace to={paths.runbook(only.id)} />;
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Runbooks · Runbook</title>
      <div className="mb-8 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your runbooks</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Documents whose code runs where you read it.</p>
        </div>
        {items.length > 0 ? (
          <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
            New runbook
          </Button>
        ) : null}
      </div>

      {runbooks.isPending ? <ListSkeleton /> : null}
      {runbooks.isError ? (
        <BlankSlate
          icon="alert"
          title="Your runbooks could not be loaded"
          action={
            <Button icon="retry" busy={runbooks.isFetching} onClick={() => void runbooks.refetch()}>
              Try again
            </Button>
          }
        >
          {messageOf(runbooks.error)}
        </BlankSlate>
      ) : null}
      {runbooks.isSuccess && items.length === 0 ? (
        <BlankSlate
          icon="file"
          title="No runbooks yet"
          action={
            <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
              New runbook
            </Button>
          }
        >
          Start with a few lines of Markdown and a block of Python, Node, Bash or Go. It runs in a sandbox of your own.
        </BlankSlate>
      ) : null}
      {items.length > 0 ? (
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-card">
          {items.map((runbook) => (
            <RunbookRow key={runbook.id} runbook={runbook} />
          ))}
        </ul>
      ) : null}
      {runbooks.hasNextPage ? (
        <div className="mt-6 text-center">
          <Button busy={runbooks.isFetchingNextPage} onClick={() => void runbooks.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {creating ? <NewRunbookDialog onClose={() => setCreating(false)} /> : null}
    </main>
  );
}

function ListSkeleton() {
  return (
    <div role="status" className="divide-y divide-line rounded-2xl border border-line bg-surface">
      <span className="sr-only">Loading your runbooks</span>
      {["w-52", "w-72", "w-44"].map((width) => (
        <div key={width} className="space-y-3 px-5 py-5">
          <Skeleton className={`h-4.5 max-w-full ${width}`} />
          <Skeleton className="h-3.5 w-32" />
        </div>
      ))}
    </div>
  );
}
