import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { TrashPage as Page } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { TimeAgo, useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { trashQuery, usePurgeRunbook, useRestoreRunbook } from "./library-queries.ts";

const dayMs = 86_400_000;

function onError(error: Error): void {
  toast(messageOf(error), "failure");
}

/** Runbooks that were deleted, until they are gone for good. */
export function TrashPage() {
  const trash = useInfiniteQuery(trashQuery);
  const known = itemsOf(trash);
  const back = (
    <Link to={paths.runbooks()} className={buttonClass()}>
      Go to your runbooks
    </Link>
  );
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Trash · Runbook</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Trash</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Deleted runbooks stay here for 30 days, with their versions and their output.</p>
        </div>
        {known.length > 0 ? back : null}
      </div>
      <PagedList
        query={trash}
        loading="Loading the trash"
        empty={
          <BlankSlate icon="trash" title="The trash is empty" action={back}>
            What you delete can be brought back from here.
          </BlankSlate>
        }
      >
        {(items) => (
          <ListCard>
            {items.map((runbook) => (
              <TrashedRow key={runbook.id} runbook={runbook} />
            ))}
          </ListCard>
        )}
      </PagedList>
    </main>
  );
}

function TrashedRow({ runbook }: { runbook: Page["items"][number] }) {
  const restore = useRestoreRunbook();
  const purge = usePurgeRunbook();
  const now = useNow(null);
  const days = Math.max(0, Math.ceil((Date.parse(runbook.gone_at) - now) / dayMs));
  const ask = async () => {
    const yes = await confirm({
      title: `Delete “${runbook.title}” for good?`,
      body: "The document, its versions and its output are gone. This cannot be undone.",
      action: "Delete for good",
    });
    if (yes) purge.mutate(runbook.id, { onError });
  };
  return (
    <li className={`flex flex-wrap items-center gap-x-4 gap-y-2 py-4 pr-4 pl-5 ${purge.isPending ? "opacity-50" : ""}`}>
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium tracking-[-0.01em] text-ink">{runbook.title}</p>
        <p className="mt-0.5 text-[0.8125rem] text-ink-faint">
          Deleted <TimeAgo at={runbook.deleted_at} /> · {days === 1 ? "1 day left" : `${days} days left`}
        </p>
      </div>
      <div className="flex gap-2">
        <Button
          size="small"
          icon="retry"
          busy={restore.isPending}
          aria-label={`Restore ${runbook.title}`}
          onClick={() => restore.mutate(runbook.id, { onError, onSuccess: () => toast(`“${runbook.title}” is back.`) })}
        >
          Restore
        </Button>
        <Button size="small" busy={purge.isPending} aria-label={`Delete ${runbook.title} for good`} onClick={() => void ask()}>
          Delete for good
        </Button>
      </div>
    </li>
  );
}
