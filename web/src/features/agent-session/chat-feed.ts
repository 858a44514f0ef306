/** The chat of one session while it is shown. Events are taken up in batches, one for each frame at most. */
import type { ApiError } from "@/api/errors.ts";
import { agentSessionFeed } from "@/api/__generated__/agents.ts";
import { graphqlSocket, type GraphqlSocket, type Subscription } from "@/api/graphql-socket.ts";
import { emptyChat, leapt, reduced, withoutDrafts, type ChatState, type FeedItem } from "./chat-state.ts";

/** How long a batch waits for a frame: a hidden tab gets none. */
const framelessMs = 100;

type Socket = Pick<GraphqlSocket, "subscribe">;

export interface ChatView {
  chat: ChatState;
  /** The connection dropped, and is being made again. */
  interrupted: boolean;
  refusal: ApiError | null;
}

export class ChatFeed {
  view: ChatView = { chat: emptyChat, interrupted: false, refusal: null };
  #backlog: FeedItem[] = [];
  /** The event after which one is missing, which the server has been asked for. */
  #missing: number | null = null;
  #scheduled: (() => void) | null = null;
  #listeners = new Set<() => void>();
  #subscription: Subscription;

  constructor(session: string, socket: Socket = graphqlSocket) {
    this.#subscription = socket.subscribe(agentSessionFeed, () => ({ session, after: this.view.chat.seq }), {
      next: ({ agentSessionFeed: item }) => {
        this.#backlog.push(item);
        this.#schedule();
      },
      refused: (refusal) => this.#become({ refusal }),
      interrupted: (is) => this.#interrupt(is),
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#subscription.end();
    this.#scheduled?.();
    this.#listeners.clear();
  }

  #interrupt(interrupted: boolean): void {
    // What came before counts: what is asked for next depends on it.
    this.#drain();
    this.#become({ interrupted, chat: withoutDrafts(this.view.chat) });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    const run = () => {
      this.#scheduled?.();
      this.#drain();
    };
    const frame = requestAnimationFrame(run);
    const timer = setTimeout(run, framelessMs);
    this.#scheduled = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#scheduled = null;
    };
  }

  #drain(): void {
    const batch = this.#backlog;
    if (batch.length === 0) return;
    this.#backlog = [];
    let { chat, left } = reduced(this.view.chat, batch);
    if (left.length > 0 && this.#missing === chat.seq) ({ chat, left } = leapt(chat, left));
    if (left.length === 0) {
      this.#become({ chat });
      return;
    }
    this.#missing = chat.seq;
    this.#become({ chat: withoutDrafts(chat) });
    this.#subscription.again();
  }

  #become(changed: Partial<ChatView>): void {
    this.view = { ...this.view, ...changed };
    for (const listener of this.#listeners) listener();
  }
}
