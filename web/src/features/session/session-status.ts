/** What a session's state means for the reader: words, a colour, and what may be done. */
import type { Session, SessionStatus } from "@/api/schema.ts";

export type Dot = "live" | "waiting" | "off" | "broken";

const ended: ReadonlySet<SessionStatus> = new Set(["TERMINATED", "EXPIRED", "SHUTDOWN", "LOST", "FAILED"]);

export function hasEnded(session: Session): boolean {
  return ended.has(session.status);
}

/** Blocks can be run: at once, or as soon as the sandbox is there. */
export function isOpen(session: Session | null): session is Session {
  return session !== null && (session.status === "STARTING" || session.status === "ACTIVE");
}

export function dotOf(session: Session | null): Dot {
  if (session === null) return "off";
  switch (session.status) {
    case "ACTIVE":
      return session.paused ? "waiting" : "live";
    case "STARTING":
    case "ENDING":
      return "waiting";
    case "LOST":
    case "FAILED":
      return "broken";
    case "TERMINATED":
    case "EXPIRED":
    case "SHUTDOWN":
      return "off";
  }
}

export function wordsOf(session: Session | null): string {
  if (session === null) return "Not connected";
  switch (session.status) {
    case "STARTING":
      return session.queue_position === null
        ? "Starting a sandbox"
        : `Waiting for a sandbox, position ${session.queue_position}`;
    case "ACTIVE":
      return session.paused ? "Paused" : "Connected";
    case "ENDING":
      return "Disconnecting";
    case "TERMINATED":
      return "Disconnected";
    case "EXPIRED":
      return "Disconnected after a while without activity";
    case "SHUTDOWN":
      return "Disconnected because the server stopped";
    case "LOST":
      return "The sandbox was lost";
    case "FAILED":
      return "The sandbox could not start";
  }
}

/** Milliseconds left at `now`, or null when nothing expires. */
export function timeLeft(session: Session | null, now: number): number | null {
  if (session?.status !== "ACTIVE" || session.expires_at === null) return null;
  return Math.max(0, Date.parse(session.expires_at) - now);
}

/** How long before its end a session warns, in milliseconds. */
const warnMs = 120_000;

export function expiresSoon(session: Session | null, now: number): boolean {
  const left = timeLeft(session, now);
  return left !== null && left <= warnMs;
}

/** "29 min", "45 s": coarse while there is time, exact when it matters. */
export function leftInWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
