import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { accountQuery } from "./account-queries.ts";

/** Shows its children to a signed-in user; sends anyone else to sign in, and back afterwards. */
export function RequireAccount({ children }: { children: ReactNode }) {
  const account = useQuery(accountQuery);
  const location = useLocation();
  if (account.isPending) {
    return (
      <div className="flex min-h-dvh items-center justify-center text-ink-faint" role="status">
        <Spinner className="size-6" />
        <span className="sr-only">Loading</span>
      </div>
    );
  }
  if (account.isError) {
    return (
      <main id="content" className="mx-auto max-w-2xl px-4 py-20">
        <BlankSlate
          icon="plug"
          title="Runbook is not answering"
          action={
            <Button look="primary" icon="retry" busy={account.isFetching} onClick={() => void account.refetch()}>
              Try again
            </Button>
          }
        >
          {messageOf(account.error)}
        </BlankSlate>
      </main>
    );
  }
  if (account.data === null) {
    // A fragment may hold somebody's program. It stays one, for browsers send those to nobody.
    return <Navigate replace to={paths.signIn(location.pathname + location.search) + location.hash} />;
  }
  return children;
}
