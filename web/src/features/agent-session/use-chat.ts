import { useEffect, useState, useSyncExternalStore } from "react";
import { ChatFeed, type ChatView } from "./chat-feed.ts";

const silent = () => () => undefined;

/** The chat of a session while it is shown; null until it is followed. */
export function useChat(session: string): ChatView | null {
  const [feed, setFeed] = useState<ChatFeed | null>(null);
  useEffect(() => {
    const made = new ChatFeed(session);
    // A feed that was closed hears nothing more, so that each showing has its own.
    // oxlint-disable-next-line react/set-state-in-effect
    setFeed(made);
    return () => made.close();
  }, [session]);
  return useSyncExternalStore(feed?.subscribe ?? silent, () => feed?.view ?? null);
}
