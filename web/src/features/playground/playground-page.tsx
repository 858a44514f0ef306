import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { CodeRun } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { paths } from "@/paths.ts";
import { BlankSlate, Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { DraftShelf } from "./draft-shelf.ts";
import { PlaygroundDesk } from "./playground-desk.tsx";
import { isShare, programIn } from "./share.ts";

/** One's own drafts, or the program in the link that was opened. */
export function PlaygroundPage() {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const user = useAccount();
  const [shelf] = useState(() => new DraftShelf(user.id));
  const shared = useQuery<CodeRun>({
    queryKey: ["shared-program", hash],
    queryFn: () => programIn(hash),
    enabled: isShare(hash),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const leave = () => void navigate(paths.playground(), { replace: true });
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>Playground · Runbook</title>
      {!isShare(hash) ? (
        <PlaygroundDesk key="mine" shelf={shelf} shared={null} onLeaveShared={leave} />
      ) : shared.isPending ? (
        <DeskSkeleton />
      ) : shared.isError ? (
        <BlankSlate
          icon="link"
          title="This link cannot be opened"
          action={
            <Button look="primary" onClick={leave}>
              Go to your own playground
            </Button>
          }
        >
          {messageOf(shared.error)}
        </BlankSlate>
      ) : (
        <PlaygroundDesk key={hash} shelf={shelf} shared={shared.data} onLeaveShared={leave} />
      )}
    </main>
  );
}

function DeskSkeleton() {
  return (
    <div role="status" className="space-y-4">
      <span className="sr-only">Opening the link</span>
      <Skeleton className="h-9 w-72 max-w-full" />
      <Skeleton className="h-80 w-full rounded-xl" />
    </div>
  );
}
