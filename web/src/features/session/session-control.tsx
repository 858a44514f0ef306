import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { messageOf, sentence } from "@/api/errors.ts";
import type { Session } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { Button } from "@/ui/button.tsx";
import { useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { IsolationList } from "./isolation-list.tsx";
import { SessionDot } from "./session-dot.tsx";
import { dotOf, isOpen, leftInWords, timeLeft, wordsOf } from "./session-status.ts";
import { UsagePanel } from "./usage-panel.tsx";
import { useSessionActions } from "./use-session-actions.ts";

interface SessionControlProps {
  runbook: string;
  session: Session | null;
  onSession: (session: Session) => void;
}

export function SessionControl({ runbook, session, onSession }: SessionControlProps) {
  const user = useAccount();
  const connect = useMutation({ mutationFn: () => api.connect(user.id, runbook), onSuccess: onSession, onError: refused });
  const { disconnect, restart } = useSessionActions(onSession);
  const open = isOpen(session);
  const ending = session?.status === "ENDING";
  return (
    <>
      <Status session={session} connecting={connect.isPending} onSession={onSession} />
      {session?.status === "ACTIVE" ? (
        <Button
          size="small"
          icon="retry"
          busy={restart.isPending}
          title="Ends what runs and forgets all variables; files stay"
          onClick={() => restart.mutate(session.id)}
          className="max-sm:hidden"
        >
          Restart
        </Button>
      ) : null}
      {open ? (
        // A phone has these two in its menu, but for what is only about to begin.
        <Button
          size="small"
          busy={disconnect.isPending}
          onClick={() => disconnect.mutate(session.id)}
          className={session.status === "STARTING" ? "" : "max-sm:hidden"}
        >
          {session.status === "STARTING" ? "Cancel" : "Disconnect"}
        </Button>
      ) : (
        <Button size="small" icon="plug" busy={connect.isPending || ending} onClick={() => connect.mutate()} className="max-sm:[&>svg]:hidden">
          Connect
        </Button>
      )}
    </>
  );
}

const refused = (error: Error) => toast(messageOf(error), "failure");

interface StatusProps {
  session: Session | null;
  connecting: boolean;
  onSession: (session: Session) => void;
}

function Status({ session, connecting, onSession }: StatusProps) {
  const now = useNow(session?.status === "ACTIVE" ? 1_000 : null);
  const left = timeLeft(session, now);
  const waiting = connecting && !isOpen(session);
  const words = waiting ? "Connecting" : wordsOf(session);
  return (
    <span
      data-session={session?.status ?? "NONE"}
      title={session?.message ? sentence(session.message) : words}
      className="mr-auto inline-flex min-w-0 items-center gap-2 sm:mr-1 text-[0.8125rem] text-ink-soft"
    >
      <SessionDot dot={waiting ? "waiting" : dotOf(session)} />
      <span className="max-sm:truncate max-sm:group-has-data-walk-end/bar:sr-only">{words}</span>
      {left === null ? null : (
        // A phone keeps its one line for the buttons.
        <span className="text-ink-faint tabular-nums max-sm:sr-only" title="The sandbox is removed after this long without activity">
          {leftInWords(left)} left
        </span>
      )}
      {session?.status === "ACTIVE" ? <IsolationList isolation={session.isolation} /> : null}
      {session?.status === "ACTIVE" ? <UsagePanel session={session} onSession={onSession} /> : null}
    </span>
  );
}
