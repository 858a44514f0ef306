import { useState, type ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import { archive, cloneAgentSession, pause, unarchive, type AgentSession } from "@/api/__generated__/agents.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Menu } from "@/ui/menu.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { useAct } from "./agent-queries.ts";
import { cost, tokens } from "./amounts.ts";
import { RenameDialog } from "./rename-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { ShareDialog } from "./share-dialog.tsx";
import { iso, statusOf } from "./session-words.ts";
import { StateBadge } from "./state-badge.tsx";
import { tellFailure } from "./tell-failure.ts";

type Asked = "title" | "share" | "settings" | null;

/** `tools` stand before the actions. */
export function SessionHeader({ session, tools }: { session: AgentSession; tools: ReactNode }) {
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  return (
    <div className="mb-3 flex items-start gap-x-2">
      <Link
        to={paths.agents()}
        aria-label="All agent sessions"
        title="All agent sessions"
        className="-ml-2 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
      >
        <Icon name="back" className="size-[1.125rem]" />
      </Link>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="line-clamp-2 min-w-0 text-[1.1875rem] leading-tight font-semibold tracking-[-0.02em] break-words">{session.title}</h1>
          <span role="status">
            <StateBadge words={statusOf(session)} />
          </span>
        </div>
        <Facts session={session} />
      </div>
      <div className="flex shrink-0 items-center gap-1">
        {tools}
        <Actions session={session} onAsk={setAsked} />
      </div>
      {asked === "title" ? <RenameDialog session={session} onClose={close} /> : null}
      {asked === "share" ? <ShareDialog session={session} onClose={close} /> : null}
      {asked === "settings" ? <SettingsDialog session={session} onClose={close} /> : null}
    </div>
  );
}

function Facts({ session: { repository, settings, usage, createdAt, owner, people, sandbox, cloneOf } }: { session: AgentSession }) {
  const budget = settings.budget === null ? "" : ` of ${cost(settings.budget)}`;
  return (
    <p className="flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
      <span className="font-mono">
        {repository.name} → {settings.targetBranch}
      </span>
      <span className="tabular-nums" title={`Tokens: ${tokens(usage)}`}>
        {cost(usage.cost)}
        {budget}
      </span>
      <span>
        opened <TimeAgo at={iso(createdAt)} />
      </span>
      <span>
        {owner.name}
        {people.length > 1 ? ` and ${people.length - 1} more` : ""}
      </span>
      {settings.oneShot ? <span>one-shot</span> : null}
      {sandbox === "UP" ? <span>sandbox is up</span> : null}
      {cloneOf === null ? null : (
        <Link to={paths.agentSession(cloneOf)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          cloned from another
        </Link>
      )}
    </p>
  );
}

function Actions({ session, onAsk }: { session: AgentSession; onAsk: (asked: Asked) => void }) {
  const navigate = useNavigate();
  const halt = useAct(pause, session.id);
  const clone = useAct(cloneAgentSession, session.id);
  const shelve = useAct(archive, session.id);
  const bringBack = useAct(unarchive, session.id);
  const cloneIt = () =>
    clone.mutate({}, {
      onSuccess: (made) => {
        toast("Cloned it, with its plan and a sandbox of its own.");
        void navigate(paths.agentSession(made.id));
      },
      onError: tellFailure,
    });
  const archiveIt = async () => {
    const isBusy = session.running !== null || session.queue.length > 0;
    const body = "What runs is stopped, and what waits is dropped. Branches and pull requests stay.";
    if (isBusy && !(await confirm({ title: "Archive this session?", body, action: "Archive", look: "primary" }))) return;
    shelve.mutate({}, { onSuccess: () => toast("Archived the session."), onError: tellFailure });
  };
  const isArchived = session.lifecycle === "ARCHIVED";
  return (
    <>
      {session.lifecycle === "ACTIVE" && session.running !== null ? (
        <Button size="small" icon="pause" busy={halt.isPending} className="max-sm:hidden" onClick={() => halt.mutate({}, { onError: tellFailure })}>
          Pause
        </Button>
      ) : null}
      <Menu
        icon="more"
        label="Session actions"
        items={[
          { label: "Rename", icon: "edit", onSelect: () => onAsk("title") },
          { label: "Share", icon: "link", onSelect: () => onAsk("share") },
          { label: "Settings", icon: "key", onSelect: () => onAsk("settings") },
          { label: "Clone", icon: "copy", onSelect: cloneIt },
          { label: "Pause", icon: "pause", disabled: session.lifecycle !== "ACTIVE", onSelect: () => halt.mutate({}, { onError: tellFailure }) },
          isArchived
            ? { label: "Unarchive", icon: "undo", onSelect: () => bringBack.mutate({}, { onError: tellFailure }) }
            : { label: "Archive", icon: "folder", onSelect: () => void archiveIt() },
        ]}
      />
    </>
  );
}
