import { resume, unarchive, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { pauseInWords } from "./session-words.ts";
import { tellFailure } from "./tell-failure.ts";

/** Why a session does not go on by itself, and how it does. */
export function SessionNotice({ session }: { session: AgentSession }) {
  const wake = useAct(resume, session.id);
  const bringBack = useAct(unarchive, session.id);
  switch (session.lifecycle) {
    case "ACTIVE":
      return null;
    case "PAUSED":
      return (
        <Notice
          tone="warning"
          className="mb-3"
          action={
            session.pauseReason === "BUDGET" ? null : (
              <Button size="small" icon="play" busy={wake.isPending} onClick={() => wake.mutate({}, { onError: tellFailure })}>
                Resume
              </Button>
            )
          }
        >
          {pauseInWords(session)}
        </Notice>
      );
    case "ARCHIVED":
      return (
        <Notice
          tone="neutral"
          className="mb-3"
          action={
            <Button size="small" busy={bringBack.isPending} onClick={() => bringBack.mutate({}, { onError: tellFailure })}>
              Unarchive
            </Button>
          }
        >
          This session is archived; nothing happens in it.
        </Notice>
      );
  }
}
