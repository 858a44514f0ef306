/** What each part of a session's page needs to know. */
import { createContext, use } from "react";

export interface SessionContextValue {
  /** The session's id. */
  id: string;
  /** Gives people's names by their ids; what nobody did, Runbook did. */
  nameOf: (id: string | null) => string;
  /** Why nothing can be done in it; null where something can. */
  closed: string | null;
}

export const SessionContext = createContext<SessionContextValue | null>(null);

export function useSessionContext(): SessionContextValue {
  const value = use(SessionContext);
  if (!value) throw new Error("a part of a session's page was shown without its session");
  return value;
}
