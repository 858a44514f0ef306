import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { buttonClass, IconButton } from "@/ui/button.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { Tabs } from "@/ui/tabs.tsx";
import { agentSessionQuery, useLiveSession } from "./agent-queries.ts";
import { ChatPane } from "./chat-pane.tsx";
import { PlanPane } from "./plan-pane.tsx";
import { SessionContext } from "./session-context.ts";
import { SessionHeader } from "./session-header.tsx";
import { SessionNotice } from "./session-notice.tsx";
import { attentionOf, namesOf } from "./session-words.ts";
import { TerminalPane } from "./terminal-pane.tsx";
import { usePanes, type Pane } from "./use-panes.ts";

export function AgentSessionPage() {
  const { session: id = "" } = useParams();
  const session = useQuery(agentSessionQuery(id));
  if (session.isPending) return <PageSkeleton />;
  if (!session.data) return <PageError error={session.error} retry={() => void session.refetch()} />;
  return <LoadedSession key={id} session={session.data} />;
}

function LoadedSession({ session }: { session: AgentSession }) {
  useLiveSession(session.id);
  const { pane, choose, terminal, toggleTerminal, closeTerminal } = usePanes();
  const { id, people } = session;
  const closed = session.lifecycle === "ARCHIVED" ? "This session is archived. Unarchive it to go on." : null;
  const context = useMemo(() => ({ id, nameOf: namesOf(people), closed }), [id, people, closed]);
  return (
    <SessionContext value={context}>
      <main
        id="content"
        className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col px-4 pt-4 sm:px-6 lg:h-[calc(100dvh-3.5rem-1px)] lg:flex-none lg:overflow-hidden"
      >
        <title>{`${session.title} · Runbook`}</title>
        <SessionHeader
          session={session}
          tools={<IconButton icon="terminal" label="Terminal" aria-pressed={terminal !== null} onClick={toggleTerminal} className="size-8 aria-pressed:text-accent max-lg:hidden" />}
        />
        <SessionNotice session={session} />
        <PaneTabs session={session} chosen={pane} onChoose={choose} />
        <div id="panes-panel" className="flex min-h-0 flex-1 max-lg:flex-col lg:grid lg:grid-cols-2 lg:grid-rows-[minmax(0,1fr)] lg:gap-x-6">
          <ChatPane session={session} shown={pane === "chat"} />
          <PlanPane session={session} shown={pane === "plan"} />
          {terminal ? <TerminalPane session={session} shown={pane === "terminal"} opener={terminal.opener} onClose={closeTerminal} /> : null}
        </div>
      </main>
    </SessionContext>
  );
}

function PaneTabs({ session, chosen, onChoose }: { session: AgentSession; chosen: Pane; onChoose: (pane: Pane) => void }) {
  const attention = attentionOf(session);
  const markOf = (pane: Pane) => (attention?.pane === pane && chosen !== pane ? <Mark /> : null);
  return (
    <>
      <p role="status" className="sr-only">
        {attention?.words}
      </p>
      <div className="sticky top-0 z-10 -mx-4 border-b border-line bg-paper px-4 sm:-mx-6 sm:px-6 lg:hidden">
        <Tabs
          id="panes"
          label="Parts of the session"
          tabs={[
            { value: "chat", label: "Chat", mark: markOf("chat") },
            { value: "plan", label: "Plan", mark: markOf("plan") },
            { value: "terminal", label: "Terminal" },
          ]}
          chosen={chosen}
          onChoose={onChoose}
        />
      </div>
    </>
  );
}

function Mark() {
  return (
    <>
      <span aria-hidden="true" className="size-2 rounded-full bg-warning" />
      <span className="sr-only">waits for you</span>
    </>
  );
}

function PageSkeleton() {
  return (
    <main id="content" className="mx-auto w-full max-w-[100rem] flex-1 px-4 pt-8 sm:px-6">
      <div role="status" className="space-y-5">
        <span className="sr-only">Loading the session</span>
        <Skeleton className="h-8 w-60" />
        <Skeleton className="h-4 w-80 max-w-full" />
        <Skeleton className="h-80 w-full rounded-xl" />
      </div>
    </main>
  );
}

function PageError({ error, retry }: { error: Error | null; retry: () => void }) {
  const isMissing = hasStatus(error, 404) || hasStatus(error, 403);
  const list = (
    <Link to={paths.agents()} className={buttonClass("primary")}>
      Go to your sessions
    </Link>
  );
  return <PageFailure noun="session" reason={isMissing ? null : messageOf(error)} list={list} missing="It belongs to someone else who has not shared it with you, or it never was." onRetry={retry} />;
}
