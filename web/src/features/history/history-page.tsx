import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { Runbook } from "@/api/schema.ts";
import { runbookQuery } from "@/features/runbook/runbook-queries.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListSkeleton } from "@/ui/list-card.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { RunsView } from "./runs-view.tsx";
import { VersionsView } from "./versions-view.tsx";

/** What became of a runbook: what was run, and how its text changed. */
export function HistoryPage() {
  const { runbook: id = "" } = useParams();
  const runbook = useQuery(runbookQuery(id));
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-8 pb-24 sm:px-6 sm:pt-12">
      <title>History · Runbook</title>
      {runbook.isPending ? <ListSkeleton label="Loading the history" /> : null}
      {runbook.isError && !runbook.data ? (
        <BlankSlate
          icon={hasStatus(runbook.error, 404) ? "question" : "alert"}
          title={hasStatus(runbook.error, 404) ? "This runbook is not here" : "The history could not be loaded"}
          action={
            hasStatus(runbook.error, 404) ? (
              <Link to={paths.runbooks()} className={buttonClass("primary")}>
                Go to your runbooks
              </Link>
            ) : (
              <Button look="primary" icon="retry" onClick={() => void runbook.refetch()}>
                Try again
              </Button>
            )
          }
        >
          {hasStatus(runbook.error, 404) ? "It may have been deleted, or it belongs to someone else." : messageOf(runbook.error)}
        </BlankSlate>
      ) : null}
      {runbook.data ? <History runbook={runbook.data} /> : null}
    </main>
  );
}

const tabs = [
  { value: "runs", label: "Runs" },
  { value: "versions", label: "Versions" },
] as const;

function History({ runbook }: { runbook: Runbook }) {
  const id = useId();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const view = search.get("view") === "versions" ? "versions" : "runs";
  return (
    <>
      <div className="mb-6">
        <Link
          to={paths.runbook(runbook.id)}
          className="-ml-1.5 inline-flex items-center gap-1.5 rounded-lg px-1.5 py-1 text-sm font-medium text-ink-soft hover:bg-sunken hover:text-ink"
        >
          <Icon name="back" />
          {runbook.title || "Untitled runbook"}
        </Link>
        <h1 className="mt-2 text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">History</h1>
      </div>
      <div className="-mx-1 mb-5 border-b border-line">
        <Tabs
          label="Parts of the history"
          tabs={tabs}
          chosen={view}
          onChoose={(chosen) => void navigate(paths.history(runbook.id, chosen), { replace: true, preventScrollReset: true })}
          id={id}
        />
      </div>
      <div {...panelOf(id, view)}>{view === "runs" ? <RunsView runbook={runbook} /> : <VersionsView runbook={runbook} />}</div>
    </>
  );
}
