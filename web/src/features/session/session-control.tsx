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

interface SessionControlProps {
  runbook: string;
  session: Session | null;
  onSession: (session: Session) => void;
}

export function SessionControl({ runbook, session, onSession }: SessionControlProps) {
  const user = useAccount();
  const options = { onSuccess: onSession, onError: (error: Error) => toast(messageOf(error), "failure") };
  const connect = useMutation({ mutationFn: () => api.connect(user.id, runbook), ...options });
  const disconnect = useMutation({ mutationFn: (id: string) => api.endSession(id), ...options });
  const open = isOpen(session);
  const ending = session?.status === "ENDING";
  return (
    <>
      <Status session={session} connecting={connect.isPending} />
      {open ? (
        <Button size="small" busy={disconnect.isPending} onClick={() => disconnect.mutate(session.id)}>
          {session.status === "STARTING" ? "Cancel" : "Disconnect"}
        </Button>
      ) : (
        <Button size="small" icon="plug" busy={connect.isPending || ending} onClick={() => connect.mutate()}>
          Connect
        </Button>
      )}
    </>
  );
}

function Status({ session, connecting }: { session: Session | null; connecting: boolean }) {
  const now = useNow(session?.status === "ACTIVE" ? 1_000 : null);
  const left = timeLeft(session, now);
  const waiting = connecting && !isOpen(session);
  return (
    <span
      data-session={session?.status ?? "NONE"}
      title={session?.message ? sentence(session.message) : undefined}
      className="mr-auto inline-flex min-w-0 items-center gap-2 sm:mr-1 text-[0.8125rem] text-ink-soft"
    >
      <SessionDot dot={waiting ? "waiting" : dotOf(session)} />
      <span>{waiting ? "Connecting" : wordsOf(session)}</span>
      {left === null ? null : (
        // A phone keeps its one line for the buttons.
        <span className="text-ink-faint tabular-nums max-sm:sr-only" title="The sandbox is removed after this long without activity">
          {leftInWords(left)} left
        </span>
      )}
      {session?.status === "ACTIVE" ? <IsolationList isolation={session.isolation} /> : null}
    </span>
  );
}
