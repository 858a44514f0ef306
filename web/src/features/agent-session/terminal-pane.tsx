import { lazy, Suspense, useRef, useState } from "react";
import { inAgentSession } from "@/api/client.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { TerminalFrame } from "@/features/terminal/terminal-frame.tsx";
import { Button } from "@/ui/button.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { asleepInWords, whyNoTerminal } from "./terminal-words.ts";

// It is heavy, and most readers open none.
const TerminalDrawer = lazy(async () => ({ default: (await import("@/features/terminal/terminal-drawer.tsx")).TerminalDrawer }));

interface TerminalPaneProps {
  session: AgentSession;
  shown: boolean;
  /** The button that it was opened with; null where the reader was only moving between tabs. */
  opener: HTMLElement | null;
  onClose: () => void;
}

/** Shells in the sandbox that the agent works in: below chat and plan, or in their place on a phone. */
export function TerminalPane({ session, shown, opener, onClose }: TerminalPaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const why = whyNoTerminal(session);
  // A sandbox may come up minutes later, while a message is being written.
  const takesKeys = () => document.activeElement === opener || (pane.current?.contains(document.activeElement) ?? false);
  return (
    <div ref={pane} tabIndex={-1} className={`py-3 outline-none lg:col-span-2 lg:pt-0 ${shown ? "" : "max-lg:hidden"}`}>
      {why === null ? (
        <Terminals session={session} takesKeys={takesKeys} onClose={onClose} onWake={() => pane.current?.focus()} />
      ) : (
        <InsteadOfTerminals onClose={onClose}>
          <p role="status">{why}</p>
        </InsteadOfTerminals>
      )}
    </div>
  );
}

const card = "overflow-hidden rounded-xl border";
const tall = `${card} max-lg:h-[70dvh] max-lg:min-h-72 lg:h-[40dvh] lg:min-h-48`;

interface TerminalsProps {
  session: AgentSession;
  takesKeys: () => boolean;
  onClose: () => void;
  /** Told before the button that was pressed goes. */
  onWake: () => void;
}

function Terminals({ session, takesKeys, onClose, onWake }: TerminalsProps) {
  const asleep = asleepInWords(session);
  // What was shown once stays, with what it showed, when the sandbox falls asleep.
  const [wanted, setWanted] = useState(asleep === null);
  if (!wanted && asleep === null) setWanted(true);
  if (!wanted) {
    return (
      <InsteadOfTerminals onClose={onClose}>
        <p role="status" className="min-w-0 flex-1 basis-60">
          {asleep}
        </p>
        <Button
          icon="terminal"
          onClick={() => {
            onWake();
            setWanted(true);
          }}
        >
          Open a terminal
        </Button>
      </InsteadOfTerminals>
    );
  }
  const frame = { className: tall, onClose };
  const loading = (
    <TerminalFrame {...frame}>
      <p role="status" className="flex items-center gap-2 p-4 text-sm text-ink-faint">
        <Spinner /> Loading the terminal
      </p>
    </TerminalFrame>
  );
  const connecting = asleep === null ? "Connecting" : "Making the sandbox ready. A large repository takes a while.";
  return (
    <Suspense fallback={loading}>
      <TerminalDrawer {...frame} place={inAgentSession(session.id)} connecting={connecting} takesKeys={takesKeys} />
    </Suspense>
  );
}

function InsteadOfTerminals({ onClose, children }: { onClose: () => void; children: React.ReactNode }) {
  return (
    <TerminalFrame className={card} onClose={onClose} tabs={<p className="px-2 text-[0.8125rem] font-medium text-ink">Terminal</p>}>
      <div className="flex flex-wrap items-center gap-3 p-4 text-sm text-pretty text-ink-soft">{children}</div>
    </TerminalFrame>
  );
}
