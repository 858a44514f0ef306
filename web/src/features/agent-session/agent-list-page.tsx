import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { AgentSessionSummary } from "@/api/__generated__/agents.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { itemsOf, PagedList } from "@/ui/paged-list.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { agentSessionsQuery, repositoriesQuery, useLiveSessions, viewerQuery, type Shelf } from "./agent-queries.ts";
import { NewSessionForm } from "./new-session-form.tsx";
import { iso, statusOf, stepsInWords } from "./session-words.ts";
import { StateBadge } from "./state-badge.tsx";

export function AgentListPage() {
  useLiveSessions();
  const [search, setSearch] = useSearchParams();
  const shelf: Shelf = search.get("shelf") === "archived" ? "archived" : "active";
  const [typed, setTyped] = useState("");
  const sessions = useInfiniteQuery(agentSessionsQuery(shelf, typed.trim()));
  const isPlain = shelf === "active" && typed.trim() === "";
  const isEmpty = isPlain && sessions.isSuccess && itemsOf(sessions).length === 0;
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Agents · Runbook</title>
      <Head isEmpty={isEmpty} />
      {isEmpty ? null : (
        <>
          <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
            <div className="-ml-1">
              <Tabs
                id="agents"
                label="Which sessions"
                tabs={[
                  { value: "active", label: "Active" },
                  { value: "archived", label: "Archived" },
                ]}
                chosen={shelf}
                onChoose={(value) => setSearch(value === "archived" ? { shelf: value } : {}, { replace: true })}
              />
            </div>
            <input
              type="search"
              aria-label="Search sessions"
              placeholder="Search"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="h-9 w-full min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-faint hover:border-line-strong sm:max-w-64"
            />
          </div>
          <div {...panelOf("agents", shelf)}>
            <PagedList
              query={sessions}
              loading="Loading sessions"
              failure="Your sessions could not be loaded"
              empty={
                <BlankSlate icon="question" title={typed.trim() === "" ? "Nothing is archived" : "No such session"}>
                  {typed.trim() === "" ? "A session is archived by hand, or when all of its branches are merged." : "No title and no repository holds these words."}
                </BlankSlate>
              }
            >
              {(items) => (
                <ListCard>
                  {items.map((session) => (
                    <SessionRow key={session.id} session={session} />
                  ))}
                </ListCard>
              )}
            </PagedList>
          </div>
        </>
      )}
    </main>
  );
}

/** The title, and the way to a new session: open at once where there is none yet. */
function Head({ isEmpty }: { isEmpty: boolean }) {
  const [asked, setAsked] = useState(false);
  const viewer = useQuery(viewerQuery);
  const repositories = useQuery(repositoriesQuery);
  const unavailable = viewer.data?.agentsUnavailable ?? null;
  const canOpen = (repositories.data?.length ?? 0) > 0 && unavailable === null;
  const isOpen = canOpen && (asked || isEmpty);
  return (
    <>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Agent sessions</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">An agent plans with you, and carries out the steps that you approve.</p>
        </div>
        <div className="flex gap-2">
          <Link to={paths.agentSettings()} className={buttonClass()}>
            <Icon name="key" />
            Settings
          </Link>
          {canOpen && !isOpen ? (
            <Button look="primary" icon="plus" onClick={() => setAsked(true)}>
              New session
            </Button>
          ) : null}
        </div>
      </div>
      {unavailable === null ? null : (
        <Notice tone="warning" className="mb-6">
          This hub can run no agents: {unavailable}
        </Notice>
      )}
      {isOpen && repositories.data ? <NewSessionForm repositories={repositories.data} onCancel={isEmpty ? null : () => setAsked(false)} /> : null}
      {repositories.data?.length === 0 ? (
        <div className="mb-8">
          <BlankSlate
            icon="folder"
            title="Add a repository first"
            action={
              <Link to={paths.agentSettings()} className={buttonClass("primary")}>
                <Icon name="plus" />
                Add a repository
              </Link>
            }
          >
            Keep a token of your code host as a secret of your account, then name the repository and that secret.
          </BlankSlate>
        </div>
      ) : null}
    </>
  );
}

function SessionRow({ session }: { session: AgentSessionSummary }) {
  const steps = stepsInWords(session.steps);
  return (
    <li className="relative px-5 py-4 transition-colors hover:bg-sunken">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link
          to={paths.agentSession(session.id)}
          className="min-w-0 max-w-full truncate text-[0.9375rem] font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {session.title}
        </Link>
        <StateBadge words={statusOf(session)} />
        {session.needsAttention ? (
          <span className="inline-flex shrink-0 items-center gap-1.5 rounded-full bg-warning-soft py-0.5 pr-2.5 pl-2 text-xs font-medium text-warning">
            <Icon name="alert" className="size-3.5" />
            waits for you
          </span>
        ) : null}
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span className="font-mono">{session.repository?.name ?? "repository removed"}</span>
        {steps === null ? null : <span className="tabular-nums">{steps}</span>}
        <span>{session.owner.name}</span>
        <span>
          active <TimeAgo at={iso(session.lastAt)} />
        </span>
      </p>
    </li>
  );
}
