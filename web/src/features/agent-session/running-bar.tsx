import { stop, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { useNow } from "@/ui/time.tsx";
import { useAct } from "./agent-queries.ts";
import { runningInWords, workInWords } from "./session-words.ts";
import { tellFailure } from "./tell-failure.ts";

/** What is under way, what waits behind it, and a way to stop both. */
export function RunningBar({ session }: { session: AgentSession }) {
  const halt = useAct(stop, session.id);
  const { running, queue, branches } = session;
  const now = useNow(running?.until ? 1_000 : null);
  if (!running && queue.length === 0) return null;
  const left = running?.until ? Math.max(0, Math.ceil((running.until - now) / 1000)) : null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-2 pb-2 text-[0.8125rem] text-ink-soft">
      <p role="status" className="flex min-w-0 flex-1 items-center gap-2">
        {running ? <Spinner className="size-3.5 text-accent" /> : null}
        <span className="min-w-0 truncate">
          {running ? runningInWords(running, branches) : "Waiting to go on"}
          {left === null ? "" : ` in ${left} s`}
        </span>
      </p>
      {queue.length > 0 ? (
        <details className="group order-last basis-full">
          <summary className="w-fit cursor-pointer rounded text-ink-faint select-none hover:text-ink-soft">{queue.length} waiting</summary>
          <ol aria-label="Waiting" className="mt-1 max-h-40 list-decimal space-y-0.5 overflow-y-auto pl-6">
            {queue.map((work) => (
              <li key={work.id}>{workInWords(work, branches)}</li>
            ))}
          </ol>
        </details>
      ) : null}
      <Button size="small" icon="stop" busy={halt.isPending || running?.stage === "STOPPING"} onClick={() => halt.mutate({}, { onError: tellFailure })}>
        Stop
      </Button>
    </div>
  );
}
