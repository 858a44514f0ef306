/** The session of the reader with one runbook, kept current by the server's own announcements. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@/api/client.ts";
import { ApiError } from "@/api/errors.ts";
import { backoff, pause, readNdjson } from "@/api/events.ts";
import type { Session } from "@/api/schema.ts";
import { hasEnded } from "./session-status.ts";

/** Calls `onUpdate` with each state of the session until it has ended. */
export function useSessionUpdates(session: Session | null, onUpdate: (session: Session) => void): void {
  const id = session && !hasEnded(session) ? session.id : null;
  const queries = useQueryClient();
  useEffect(() => {
    if (id === null) return;
    const abort = new AbortController();
    void followSession(id, abort.signal, onUpdate).then(() => {
      if (!abort.signal.aborted) void queries.invalidateQueries({ queryKey: ["runbooks"], exact: true });
    });
    return () => abort.abort();
  }, [id, onUpdate, queries]);
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
