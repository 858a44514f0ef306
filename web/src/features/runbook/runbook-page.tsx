import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { Runbook } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { buttonClass } from "@/ui/button.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { configQuery } from "@/features/account/account-queries.ts";
import { runbookQuery } from "./runbook-queries.ts";
import { RunbookView } from "./runbook-view.tsx";
import { useFileChanges } from "./use-file-changes.ts";
import { useVisit } from "./use-visit.ts";

export function RunbookPage() {
  const { runbook: id = "" } = useParams();
  const [search] = useSearchParams();
  const runbook = useQuery(runbookQuery(id));
  const isThere = runbook.isSuccess;
  useVisit(id, isThere);
  const config = useQuery(configQuery);
  useFileChanges(id, isThere && config.data?.mode === "local");
  if (runbook.isPending) return <PageSkeleton />;
  // Data that was loaded once stays on screen while the server is away.
  if (!runbook.data) return <PageError error={runbook.error} retry={() => void runbook.refetch()} />;
  const shown: Runbook = runbook.data;
  const line = Number(search.get("line")) || null;
  return (
    <>
      <title>{`${shown.title || "Untitled runbook"} · Runbook`}</title>
      <RunbookView key={shown.id} runbook={shown} source={shown.editable && search.get("view") === "edit"} line={line} />
    </>
  );
}

function PageSkeleton() {
  return (
    <main id="content" className="mx-auto w-full max-w-[50rem] flex-1 px-4 pt-24 sm:px-6">
      <div role="status" className="space-y-5">
        <span className="sr-only">Loading the runbook</span>
        <Skeleton className="h-9 w-3/5" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-4/6" />
        <Skeleton className="h-44 w-full rounded-xl" />
        <Skeleton className="h-4 w-5/6" />
      </div>
    </main>
  );
}

function PageError({ error, retry }: { error: Error | null; retry: () => void }) {
  const isMissing = hasStatus(error, 404) || hasStatus(error, 403);
  const list = (
    <Link to={paths.runbooks()} className={buttonClass("primary")}>
      Go to your runbooks
    </Link>
  );
  return <PageFailure noun="runbook" reason={isMissing ? null : messageOf(error)} list={list} onRetry={retry} />;
}
