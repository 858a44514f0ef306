import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { ListedSession } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { size } from "@/features/execution/outcome.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard, ListFailure, ListSkeleton } from "@/ui/list-card.tsx";
import { Tabs, panelOf } from "@/ui/tabs.tsx";
import { TimeAgo, useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { SessionDot } from "./session-dot.tsx";
import { dotOf, leftInWords, timeLeft, wordsOf } from "./session-status.ts";

type Whose = "mine" | "all";

/** How often the list is renewed while it is looked at, in milliseconds. */
const renewMs = 5_000;

/** The sessions that have not ended: one's own, and for administrators everybody's. */
export function SessionListPage() {
  const { administrator } = useAccount();
  const [search, setSearch] = useSearchParams();
  const whose: Whose = administrator && search.get("of") === "all" ? "all" : "mine";
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Sessions · Runbook</title>
      <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">{whose === "all" ? "All sessions" : "Your sessions"}</h1>
      <p className="mt-1.5 mb-6 text-[0.9375rem] text-ink-faint">
        A session is a sandbox that runs one runbook. It ends by itself after a while without activity.
      </p>
      {administrator ? (
        <div className="mb-4 -ml-1">
          <Tabs
            id="sessions"
            label="Whose sessions"
            tabs={[
              { value: "mine", label: "Yours" },
              { value: "all", label: "Everybody's" },
            ]}
            chosen={whose}
            onChoose={(value) => setSearch(value === "all" ? { of: "all" } : {}, { replace: true })}
          />
        </div>
      ) : null}
      <div {...(administrator ? panelOf("sessions", whose) : {})}>
        <Sessions key={whose} whose={whose} />
      </div>
    </main>
  );
}

function Sessions({ whose }: { whose: Whose }) {
  const sessions = useQuery({
    queryKey: ["sessions", whose],
    queryFn: async ({ signal }) => (await (whose === "all" ? api.allSessions(signal) : api.sessions(signal))).items,
    refetchInterval: renewMs,
  });
  if (sessions.isPending) return <ListSkeleton label="Loading sessions" />;
  if (!sessions.data) return <ListFailure error={sessions.error} busy={sessions.isFetching} onRetry={() => void sessions.refetch()} />;
  if (sessions.data.length === 0) {
    return (
      <BlankSlate
        icon="plug"
        title={whose === "all" ? "Nobody has a session" : "You have no session"}
        action={
          <Link to={paths.runbooks()} className={buttonClass("primary")}>
            Go to your runbooks
          </Link>
        }
      >
        Run a block of a runbook, or press Connect on its page.
      </BlankSlate>
    );
  }
  return (
    <ListCard>
      {sessions.data.map((session) => (
        <Row key={session.id} session={session} whose={whose} />
      ))}
    </ListCard>
  );
}

function Row({ session, whose }: { session: ListedSession; whose: Whose }) {
  const queries = useQueryClient();
  const now = useNow(1_000);
  const left = timeLeft(session, now);
  const end = useMutation({
    mutationFn: () => (whose === "all" ? api.endAnySession(session.id) : api.endSession(session.id)),
    onSuccess: () => toast("The session has ended."),
    onError: (error) => toast(messageOf(error), "failure"),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      void queries.invalidateQueries({ queryKey: ["runbooks"] });
    },
  });
  const title = session.runbook_title || "Untitled runbook";
  const ask = async () => {
    const of = whose === "all" ? ` of ${session.username}` : "";
    if (await confirm({ title: "End the session?", body: `What runs in “${title}”${of} stops, and its files are removed.`, action: "End session" })) end.mutate();
  };
  return (
    <li data-session-row={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="truncate font-medium">
          {whose === "mine" ? (
            <Link to={paths.runbook(session.runbook_id)} className="rounded text-ink hover:text-accent">
              {title}
            </Link>
          ) : (
            title
          )}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-faint">
          {whose === "all" ? <span className="text-ink-soft">{session.username}</span> : null}
          <span className="inline-flex items-center gap-1.5">
            <SessionDot dot={dotOf(session)} />
            {wordsOf(session)}
          </span>
          <span>
            began <TimeAgo at={session.created_at} />
          </span>
          {left === null ? null : <span className="tabular-nums">ends in {leftInWords(left)}</span>}
          <Usage session={session} />
        </p>
      </div>
      <Button size="small" busy={end.isPending} onClick={() => void ask()}>
        End
      </Button>
    </li>
  );
}

function Usage({ session: { usage } }: { session: ListedSession }) {
  if (usage === null) return null;
  return (
    <>
      {usage.memory_bytes === null ? null : <span className="tabular-nums">{size(usage.memory_bytes)} of memory</span>}
      {usage.cpu_ms === null ? null : <span className="tabular-nums">{(usage.cpu_ms / 1000).toFixed(1)} s of CPU</span>}
    </>
  );
}
