/** The session of the reader with one runbook, kept current by the server's own announcements. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { api } from "@/api/client.ts";
import { ApiError } from "@/api/errors.ts";
import { backoff, pause, readNdjson } from "@/api/events.ts";
import type { Session } from "@/api/schema.ts";
import { hasEnded } from "./session-status.ts";

/**
 * Calls `onUpdate` with each state of the session until it has ended.
 *
 * A hidden tab hears nothing of a session that stands: a browser keeps six connections to a server,
 * and tabs in the background would hold them all. The stream begins with the present state, so a tab
 * that is shown again has missed nothing. One that starts is followed to its end: a block waits for it.
 */
export function useSessionUpdates(session: Session | null, onUpdate: (session: Session) => void): void {
  const id = session && !hasEnded(session) ? session.id : null;
  const queries = useQueryClient();
  const hidden = useSyncExternalStore(watchVisibility, () => document.hidden);
  const silent = hidden && session?.status === "ACTIVE";
  useEffect(() => {
    if (id === null || silent) return;
    const abort = new AbortController();
    void followSession(id, abort.signal, onUpdate).then(() => {
      if (!abort.signal.aborted) void queries.invalidateQueries({ queryKey: ["runbooks"], exact: true });
    });
    return () => abort.abort();
  }, [id, silent, onUpdate, queries]);
}

function watchVisibility(changed: () => void): () => void {
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}

async function followSession(id: string, signal: AbortSignal, onUpdate: (session: Session) => void): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const response = await api.sessionUpdates(id, signal);
      if (!response.body) throw new TypeError("the response has no body");
      for await (const batch of readNdjson<Session>(response.body)) {
        const latest = batch.at(-1);
        if (!latest) continue;
        failures = 0;
        onUpdate(latest);
        if (hasEnded(latest)) return;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) return;
    }
    if (signal.aborted) return;
    failures += 1;
    await pause(backoff(failures), signal);
  }
}
