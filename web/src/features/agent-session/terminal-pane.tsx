import { lazy, Suspense, useRef } from "react";
import { inAgentSession } from "@/api/client.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { TerminalFrame } from "@/features/terminal/terminal-frame.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { whyNoTerminal } from "./terminal-words.ts";

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
  // A sandbox may wake minutes later, while a message is being written.
  const takesKeys = () => document.activeElement === opener || (pane.current?.contains(document.activeElement) ?? false);
  const frame = { className: `overflow-hidden rounded-xl border ${why === null ? "max-lg:h-[70dvh] max-lg:min-h-72 lg:h-[40dvh] lg:min-h-48" : ""}`, onClose };
  return (
    <div ref={pane} className={`py-3 lg:col-span-2 lg:pt-0 ${shown ? "" : "max-lg:hidden"}`}>
      {why === null ? (
        <Suspense
          fallback={
            <TerminalFrame {...frame}>
              <p role="status" className="flex items-center gap-2 p-4 text-sm text-ink-faint">
                <Spinner /> Loading the terminal
              </p>
            </TerminalFrame>
          }
        >
          <TerminalDrawer {...frame} place={inAgentSession(session.id)} takesKeys={takesKeys} />
        </Suspense>
      ) : (
        <TerminalFrame {...frame} tabs={<p className="px-2 text-[0.8125rem] font-medium text-ink">Terminal</p>}>
          <p role="status" className="p-4 text-sm text-pretty text-ink-soft">
            {why}
          </p>
        </TerminalFrame>
      )}
    </div>
  );
}
