import { memo, use } from "react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Runbook } from "@/api/schema.ts";
import { configQuery } from "@/features/account/account-queries.ts";
import { ExportMenu } from "@/features/exchange/export-menu.tsx";
import { SessionControl } from "@/features/session/session-control.tsx";
import { SessionTools } from "@/features/session/session-tools.tsx";
import { paths } from "@/paths.ts";
import { buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { useEditing } from "./editing-context.ts";
import { OutlineButton, type OutlineProps } from "./outline-panel.tsx";
import { RunAllControl } from "./run-all-control.tsx";
import { RunbookMenu } from "./runbook-menu.tsx";
import { SaveWords } from "./save-words.tsx";
import { RunnableBlocks, useRunbookContext, useRunner } from "./runbook-context.ts";
import { ShortcutHelp } from "./shortcut-help.tsx";
import { useSetSession } from "./runbook-queries.ts";

/** Stays in view: which document this is, whether it is connected, and what can be done with it. */
export const RunbookHeader = memo(function RunbookHeader({ runbook, source, outline }: { runbook: Runbook; source: boolean; outline: OutlineProps }) {
  const { editing } = useEditing();
  const runnable = use(RunnableBlocks);
  const { runner: held } = useRunbookContext();
  const runner = useRunner(held);
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
          {editing ? <SaveWords editing={editing} /> : null}
          {local ? (
            <span
              title="A file of this machine, served for you alone."
              className="shrink-0 rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium text-accent"
            >
              Local document
            </span>
          ) : null}
        </div>
        {source ? null : <OutlineButton outline={outline} />}
        {/* A phone has these in the menu of its second line. */}
        <div className="contents max-sm:hidden">
          {runbook.session ? <SessionTools session={runbook.session} running={runner.isRunning} /> : null}
          {runbook.editable ? (
            <Link
              to={paths.runbook(runbook.id, source ? "read" : "edit")}
              title={source ? "Back to reading" : "Edit the source as a whole"}
              className={`${buttonClass("secondary", "small")} order-last`}
            >
              <Icon name={source ? "read" : "edit"} />
              {/* The line of buttons is full on most screens. */}
              <span className="sr-only 2xl:not-sr-only">{source ? "Read" : "Edit source"}</span>
            </Link>
          ) : null}
          <Link
            to={paths.history(runbook.id)}
            aria-label="History"
            title="History of runs and versions"
            className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
          >
            <Icon name="history" className="size-[1.125rem]" />
          </Link>
          <ExportMenu runbook={runbook.id} />
        </div>
        <ShortcutHelp editable={runbook.editable} />
        <div className="group/bar flex min-w-0 items-center gap-2 max-sm:basis-full sm:flex-wrap">
          <SessionControl runbook={runbook.id} session={runbook.session} onSession={setSession} />
          {runnable.length > 0 && !source ? <RunAllControl blocks={runnable} /> : null}
          <RunbookMenu runbook={runbook} source={source} running={runner.isRunning} />
        </div>
      </div>
    </div>
  );
});
