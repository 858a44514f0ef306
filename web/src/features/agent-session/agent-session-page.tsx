import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { paths } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { buttonClass } from "@/ui/button.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { Tabs } from "@/ui/tabs.tsx";
import { agentSessionQuery, useLiveSession } from "./agent-queries.ts";
import { ChatPane } from "./chat-pane.tsx";
import { PlanPane } from "./plan-pane.tsx";
import { SessionContext } from "./session-context.ts";
import { SessionHeader } from "./session-header.tsx";
import { SessionNotice } from "./session-notice.tsx";
import { attentionOf, namesOf } from "./session-words.ts";

export function AgentSessionPage() {
  const { session: id = "" } = useParams();
  const session = useQuery(agentSessionQuery(id));
  if (session.isPending) return <PageSkeleton />;
  if (!session.data) return <PageError error={session.error} retry={() => void session.refetch()} />;
  return <LoadedSession key={id} session={session.data} />;
}

/** On a phone one of them is shown at a time; both stay, with what was typed into them. */
type Pane = "chat" | "plan";

function LoadedSession({ session }: { session: AgentSession }) {
  useLiveSession(session.id);
  const [pane, setPane] = useState<Pane>("chat");
  const { id, people } = session;
  const closed = session.lifecycle === "ARCHIVED" ? "This session is archived. Unarchive it to go on." : null;
  const context = useMemo(() => ({ id, nameOf: namesOf(people), closed }), [id, people, closed]);
  const attention = attentionOf(session);
  return (
    <SessionContext value={context}>
      <main
        id="content"
        className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col px-4 pt-4 sm:px-6 lg:h-[calc(100dvh-3.5rem-1px)] lg:flex-none lg:overflow-hidden"
      >
        <title>{`${session.title} · Runbook`}</title>
        <SessionHeader session={session} />
        <SessionNotice session={session} />
        <p role="status" className="sr-only">
          {attention?.words}
        </p>
        <div className="sticky top-0 z-10 -mx-4 border-b border-line bg-paper px-4 sm:-mx-6 sm:px-6 lg:hidden">
          <Tabs
            id="panes"
            label="Parts of the session"
            tabs={[
              { value: "chat", label: "Chat", mark: attention?.pane === "chat" && pane !== "chat" ? <Mark /> : null },
              { value: "plan", label: "Plan", mark: attention?.pane === "plan" && pane !== "plan" ? <Mark /> : null },
            ]}
            chosen={pane}
            onChoose={(chosen) => {
              setPane(chosen);
              // Each is as long as it is; where one was read says nothing of the other.
              if (chosen === "plan") scrollTo({ top: 0 });
            }}
          />
        </div>
        <div id="panes-panel" className="flex min-h-0 flex-1 max-lg:flex-col lg:grid lg:grid-cols-2 lg:gap-6">
          <ChatPane session={session} shown={pane === "chat"} />
          <PlanPane session={session} shown={pane === "plan"} />
        </div>
      </main>
    </SessionContext>
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
