import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { inSession } from "@/api/client.ts";
import type { Session } from "@/api/schema.ts";
import { filesKey } from "@/features/files/file-queries.ts";
import { portsKey } from "@/features/preview/port-chips.tsx";
import { close, useDesk } from "./desk-state.ts";
import { ExpiryNotice } from "./expiry-notice.tsx";

// Both are heavy, and most readers open neither.
const TerminalDrawer = lazy(async () => ({ default: (await import("@/features/terminal/terminal-drawer.tsx")).TerminalDrawer }));
const FilePanel = lazy(async () => ({ default: (await import("@/features/files/file-panel.tsx")).FilePanel }));

/** Over the bottom of the page; on a phone terminals fill it. */
const atBottom = "desk-bottom fixed inset-x-0 bottom-0 z-30 h-[45dvh] min-h-56 border-t shadow-high max-sm:top-0 max-sm:h-auto";
const always = () => true;

interface SessionDeskProps {
  session: Session | null;
  /** Whether a block runs. */
  running: boolean;
  onSession: (session: Session) => void;
}

/** What stands beside the document while a session is open: terminals, files, and a word before it ends. */
export function SessionDesk({ session, running, onSession }: SessionDeskProps) {
  const { files, terminal } = useDesk();
  const active = session?.status === "ACTIVE" ? session : null;
  useLookAgain(active?.id ?? null, running);
  useEffect(
    () => () => {
      close("files");
      close("terminal");
    },
    [],
  );
  const beside = active !== null && files;
  useEffect(() => {
    document.documentElement.toggleAttribute("data-desk-files", beside);
    return () => document.documentElement.removeAttribute("data-desk-files");
  }, [beside]);
  if (!active) return null;
  return (
    <>
      {terminal ? <div aria-hidden="true" className="h-[45dvh] shrink-0" /> : null}
      <Suspense>
        {terminal ? <TerminalDrawer key={active.id} place={inSession(active.id)} className={atBottom} connecting="Connecting" takesKeys={always} onClose={() => leave("terminal", "Terminal")} /> : null}
        {files ? <FilePanel key={active.id} session={active.id} onClose={() => leave("files", "Files")} /> : null}
      </Suspense>
      <ExpiryNotice session={active} running={running} onSession={onSession} />
    </>
  );
}

/** Closes a part, and gives the focus back to the button that opened it. */
function leave(part: "files" | "terminal", label: string): void {
  close(part);
  document.querySelector<HTMLElement>(`button[aria-label="${label}"]`)?.focus();
}

/** A block that has ended may have left files, and programs that listen. */
function useLookAgain(session: string | null, running: boolean): void {
  const queries = useQueryClient();
  const was = useRef(running);
  useEffect(() => {
    if (session !== null && was.current && !running) {
      void queries.invalidateQueries({ queryKey: filesKey(session) });
      void queries.invalidateQueries({ queryKey: portsKey(session) });
    }
    was.current = running;
  }, [queries, session, running]);
}
