import { useSyncExternalStore } from "react";
import type { EventFeed } from "./event-feed.ts";
import type { ExecutionState } from "./execution-state.ts";

const silent = () => () => undefined;

/** The newest state of a feed; at most one render per frame, for the feed reduces in frames. */
export function useFeed(feed: EventFeed | null): ExecutionState | null {
  return useSyncExternalStore(feed?.subscribe ?? silent, () => feed?.state ?? null);
}
