// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import type { AgentEvent, Delta } from "@/api/__generated__/agents.ts";
import type { Subscriber } from "@/api/graphql-socket.ts";
import { ChatFeed } from "./chat-feed.ts";

type Item = AgentEvent | Delta;
type Result = { agentSessionFeed: Item };

const said = (seq: number): AgentEvent => ({ type: "AgentEvent", seq, at: 0, body: { event: "said", fence: 1, text: `text ${seq}` } });
const delta = (text: string): Delta => ({ type: "Delta", fence: 1, speaker: "AGENT", text });

/** A feed, and the server's end of it. */
function feed() {
  const asked: unknown[] = [];
  let ask = (): unknown => undefined;
  let to: Subscriber<Result> | undefined;
  const end = vi.fn();
  const socket = {
    subscribe: (_: unknown, variables: () => unknown, subscriber: Subscriber<Result>) => {
      ask = variables;
      to = subscriber;
      return { again: () => void asked.push(ask()), end };
    },
  };
  const chat = new ChatFeed("session_1", socket as never);
  const give = (...items: Item[]) => items.forEach((item) => to?.next({ agentSessionFeed: item }));
  const drop = () => to?.interrupted(true);
  /** As the socket does: it says that it is back, and asks. */
  const back = () => {
    to?.interrupted(false);
    asked.push(ask());
  };
  const texts = () => chat.view.chat.items.map((item) => (item.kind === "said" ? item.text : item.kind));
  return { feed: chat, give, drop, back, asked, texts, end };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });

it("events_are_shown_in_order_and_each_once", async () => {
  const { give, texts } = feed();
  give(said(1), said(2), said(2), said(1), said(3));
  await until(() => expect(texts()).toEqual(["text 1", "text 2", "text 3"]));
});

it("a_dropped_connection_loses_and_doubles_nothing", async () => {
  const { feed: chat, give, drop, back, asked, texts } = feed();
  give(said(1), said(2));
  // Nothing of what arrived is drawn yet: it counts all the same.
  drop();
  expect(chat.view.interrupted).toBe(true);
  back();
  expect(asked).toEqual([{ session: "session_1", after: 2 }]);
  give(said(2), said(3));
  await until(() => expect(texts()).toEqual(["text 1", "text 2", "text 3"]));
  expect(chat.view.interrupted).toBe(false);
});

it("half_a_text_is_forgotten_with_its_connection_and_the_whole_one_shown", async () => {
  const { feed: chat, give, drop, back, texts } = feed();
  give(delta("text"), delta(" on"));
  await until(() => expect(chat.view.chat.drafts.map((draft) => draft.text)).toEqual(["text on"]));
  drop();
  expect(chat.view.chat.drafts).toEqual([]);
  back();
  give(said(1));
  await until(() => expect(texts()).toEqual(["text 1"]));
});

it("a_missing_event_is_asked_for_again", async () => {
  const { give, asked, texts } = feed();
  give(said(1), said(3));
  await until(() => expect(asked).toHaveLength(1));
  give(said(2), said(3));
  await until(() => expect(texts()).toEqual(["text 1", "text 2", "text 3"]));
  expect(asked).toEqual([{ session: "session_1", after: 1 }]);
});

it("an_event_that_the_server_does_not_have_is_asked_for_once", async () => {
  const { give, asked, texts } = feed();
  give(said(1), said(3));
  await until(() => expect(asked).toHaveLength(1));
  give(said(3), said(4));
  await until(() => expect(texts()).toEqual(["text 1", "text 3", "text 4"]));
  expect(asked).toHaveLength(1);
});

it("a_closed_feed_ends_its_subscription_and_tells_nobody", () => {
  const { feed: chat, give, end } = feed();
  const heard = vi.fn();
  chat.subscribe(heard);
  give(said(1));
  chat.close();
  expect(end).toHaveBeenCalledOnce();
  expect(heard).not.toHaveBeenCalled();
});
