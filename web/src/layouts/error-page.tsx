import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";

export function NotFoundPage() {
  return (
    <main id="content" className="mx-auto max-w-2xl px-4 py-20">
      <title>Not found · Runbook</title>
      <BlankSlate
        icon="question"
        title="There is no page here"
        action={
          <Link to={paths.runbooks()} className={buttonClass("primary")}>
            Go to your runbooks
          </Link>
        }
      >
        The address may be mistyped, or what it named has been deleted.
      </BlankSlate>
    </main>
  );
}

/** The last resort for a failure of the page itself. A chunk that an update removed is the usual cause. */
export function ErrorPage() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return (
    <main id="content" className="mx-auto max-w-2xl px-4 py-20">
      <title>Something went wrong · Runbook</title>
      <BlankSlate
        icon="alert"
        title="This page stopped working"
        action={
          <Button look="primary" icon="retry" onClick={() => location.reload()}>
            Reload the page
          </Button>
        }
      >
        <p>Reloading usually helps. Unsaved text is kept in this browser.</p>
        <p className="mt-3 font-mono text-xs break-words">{messageOf(error)}</p>
      </BlankSlate>
    </main>
  );
}
