import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Runbook } from "@/api/schema.ts";
import { configQuery } from "@/features/account/account-queries.ts";
import { SessionControl } from "@/features/session/session-control.tsx";
import { paths } from "@/paths.ts";
import { buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { RunAllControl } from "./run-all-control.tsx";
import { useRunbookContext } from "./runbook-context.ts";
import { ShortcutHelp } from "./shortcut-help.tsx";
import { useSetSession } from "./runbook-queries.ts";

/** Stays in view: which document this is, whether it is connected, and what can be done with it. */
export function RunbookHeader({ runbook, editing }: { runbook: Runbook; editing: boolean }) {
  const { runnable } = useRunbookContext();
  const config = useQuery(configQuery);
  const local = config.data?.mode === "local";
  const setSession = useSetSession(runbook.id);
  return (
    <div className="sticky top-0 z-20 border-b border-line bg-paper/92 backdrop-blur-md">
      <div className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-2 gap-y-2 px-4 py-2.5 sm:px-6">
        <div className="flex min-w-0 flex-1 basis-40 items-center gap-2 sm:gap-3">
          {local ? null : (
            <Link
              to={paths.runbooks()}
              aria-label="All runbooks"
              title="All runbooks"
              className="-ml-2 inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
            >
              <Icon name="back" className="size-[1.125rem]" />
            </Link>
          )}
          <p className="min-w-0 truncate text-[0.9375rem] font-semibold tracking-[-0.012em]" title={runbook.title}>
            {runbook.title || "Untitled runbook"}
          </p>
          {local ? (
            <span
              title="A file of this machine, served for you alone. Only its blocks as they were when it was opened can run."
              className="shrink-0 rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium text-accent"
            >
              Local document
            </span>
          ) : null}
        </div>
        {runbook.editable ? (
          <Link to={paths.runbook(runbook.id, editing ? "read" : "edit")} className={`${buttonClass("secondary", "small")} sm:order-last`}>
            <Icon name={editing ? "read" : "edit"} />
            {editing ? "Read" : "Edit"}
          </Link>
        ) : null}
        <ShortcutHelp />
        <div className="flex min-w-0 flex-wrap items-center gap-2 max-sm:basis-full">
          <SessionControl runbook={runbook.id} session={runbook.session} onSession={setSession} />
          {runnable.length > 0 && !editing ? <RunAllControl blocks={runnable} /> : null}
        </div>
      </div>
    </div>
  );
}
