/** The builds that this page began, by owner and function: whoever saves sees what their build says, on whichever page. */
import { createStore } from "zustand/vanilla";
import { StreamFeed } from "@/features/execution/stream-feed.ts";
import { toast } from "@/ui/toasts.tsx";

type Builds = Readonly<Record<string, StreamFeed>>;

export const builds = createStore<Builds>(() => ({}));

const key = (user: string, name: string) => `${user}/${name}`;

export function buildOf(all: Builds, user: string, name: string): StreamFeed | null {
  return all[key(user, name)] ?? null;
}

/** Begins a build, and resolves when the server has taken it. A refused one leaves the build before in view. */
export async function beginBuild(user: string, name: string, open: (signal: AbortSignal) => Promise<Response>): Promise<StreamFeed> {
  const feed = new StreamFeed(open).start();
  await feed.answered;
  builds.setState({ [key(user, name)]: feed });
  void feed.finished.then(({ ending }) => {
    if (ending?.kind === "outcome") toast(`The newest version of ${name} answers now.`);
    // A connection that broke says nothing of the build, which goes on.
    else if (ending?.code !== "unreadable") toast(`The newest version of ${name} could not be built.`, "failure");
  });
  return feed;
}

export function forgetBuild(user: string, name: string): void {
  builds.setState(({ [key(user, name)]: _forgotten, ...rest }) => rest, true);
}
