import { useQuery } from "@tanstack/react-query";
import { messageOf } from "@/api/errors.ts";
import { BlankSlate, Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { localRunbookQuery } from "./local-queries.ts";
import { LocalView } from "./local-view.tsx";

/** A document of this machine with components: the only page there is. */
export function LocalPage() {
  const runbook = useQuery(localRunbookQuery);
  if (runbook.data) {
    return (
      <>
        <title>{`${runbook.data.title || "Untitled runbook"} · Runbook`}</title>
        <LocalView key={runbook.data.path} runbook={runbook.data} />
      </>
    );
  }
  if (runbook.isPending) {
    return (
      <main id="content" className="mx-auto w-full max-w-[50rem] flex-1 px-4 pt-24 sm:px-6">
        <div role="status" className="space-y-5">
          <span className="sr-only">Loading the runbook</span>
          <Skeleton className="h-9 w-3/5" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-44 w-full rounded-xl" />
        </div>
      </main>
    );
  }
  return (
    <main id="content" className="mx-auto w-full max-w-2xl flex-1 px-4 py-20">
      <title>Runbook</title>
      <BlankSlate
        icon="alert"
        title="The runbook could not be loaded"
        action={
          <Button look="primary" icon="retry" busy={runbook.isFetching} onClick={() => void runbook.refetch()}>
            Try again
          </Button>
        }
      >
        {messageOf(runbook.error)}
      </BlankSlate>
    </main>
  );
}
