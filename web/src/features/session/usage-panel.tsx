import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Session, SessionUsage } from "@/api/schema.ts";
import { size } from "@/features/execution/outcome.ts";
import { Button } from "@/ui/button.tsx";
import { Popover } from "@/ui/popover.tsx";
import { useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { IsolationPromises } from "./isolation-list.tsx";
import { leftInWords, timeLeft } from "./session-status.ts";
import { cpuShare, processors, shareOf } from "./usage.ts";

/** How often the figures are renewed while they are looked at, in milliseconds. */
const renewMs = 2_000;

/** What a session uses of what it may, and how long it has; with what can be done about both. */
export function UsagePanel({ session, onSession }: { session: Session; onSession: (session: Session) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover icon="memory" label="What this session uses" onToggle={setOpen}>
      <p className="text-sm font-semibold">What this session uses</p>
      {open ? <Figures session={session} onSession={onSession} /> : null}
      {/* A phone has no room for a button of its own for it. */}
      <div className="mt-4 border-t border-line sm:hidden">
        <IsolationPromises isolation={session.isolation} />
      </div>
    </Popover>
  );
}

function Figures({ session, onSession }: { session: Session; onSession: (session: Session) => void }) {
  const { id } = session;
  // Two samples make a pace: the one before is kept beside the one that is shown.
  const [samples, setSamples] = useState<readonly (SessionUsage | null)[]>([]);
  const sampled = useQuery({
    queryKey: ["usage", id],
    queryFn: async ({ signal }) => (await api.sessionUsage(id, signal)).usage,
    refetchInterval: renewMs,
    staleTime: 0,
    gcTime: 0,
  });
  const usage = sampled.data ?? null;
  if (usage?.at !== samples.at(-1)?.at) setSamples([samples.at(-1) ?? null, usage]);
  const now = useNow(1_000);
  const left = timeLeft(session, now);
  const done = { onSuccess: onSession, onError: (error: Error) => toast(messageOf(error), "failure") };
  const extend = useMutation({ mutationFn: () => api.extendSession(id), ...done });
  const pause = useMutation({ mutationFn: () => (session.paused ? api.resumeSession(id) : api.pauseSession(id)), ...done });
  return (
    <>
      {sampled.isPending ? <p className="mt-3 text-[0.8125rem] text-ink-faint">Counting</p> : null}
      {sampled.data === null ? <p className="mt-3 text-[0.8125rem] text-ink-faint">The session sleeps and uses nothing. It wakes with the next block.</p> : null}
      {usage ? <Bars usage={usage} before={samples.at(-2) ?? null} /> : null}
      <dl className="mt-3 space-y-1 border-t border-line pt-3 text-[0.8125rem]">
        {session.ready_ms === null ? null : <Fact name="Ready in">{session.ready_ms || "under 1"} ms</Fact>}
        {left === null ? null : <Fact name="Ends without activity in">{leftInWords(left)}</Fact>}
      </dl>
      <div className="mt-3 flex gap-2">
        <Button size="small" icon="clock" busy={extend.isPending} onClick={() => extend.mutate()}>
          Extend
        </Button>
        <Button size="small" icon={session.paused ? "play" : "pause"} busy={pause.isPending} onClick={() => pause.mutate()}>
          {session.paused ? "Resume" : "Pause"}
        </Button>
      </div>
    </>
  );
}

function Bars({ usage, before }: { usage: SessionUsage; before: SessionUsage | null }) {
  const { limits } = usage;
  const cpu = cpuShare(usage, before);
  const bars = [
    usage.memory_bytes === null ? null : { name: "Memory", words: `${size(usage.memory_bytes)} of ${size(limits.memory_bytes)}`, share: shareOf(usage.memory_bytes, limits.memory_bytes) },
    cpu === null ? null : { name: "CPU", words: `${Math.round(cpu * 100)} % of ${processors(limits.cpu_millis)}`, share: cpu },
    usage.processes === null ? null : { name: "Processes", words: `${usage.processes} of ${limits.processes}`, share: shareOf(usage.processes, limits.processes) },
  ];
  return (
    <ul className="mt-3 space-y-2.5">
      {bars.map((bar) =>
        bar === null ? null : (
          <li key={bar.name} className="text-[0.8125rem]">
            <span className="flex justify-between gap-3">
              <span className="text-ink-faint">{bar.name}</span>
              <span className="text-ink tabular-nums">{bar.words}</span>
            </span>
            <span aria-hidden="true" className="mt-1 block h-1 overflow-hidden rounded-full bg-line">
              <span className={`block h-full ${bar.share > 0.9 ? "bg-warning" : "bg-accent"}`} style={{ width: `${Math.round(bar.share * 100)}%` }} />
            </span>
          </li>
        ),
      )}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-3">
      <dt className="text-ink-faint">{name}</dt>
      <dd className="text-ink tabular-nums">{children}</dd>
    </div>
  );
}
