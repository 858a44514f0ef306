// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import type { ApiError } from "./errors.ts";
import type { Document } from "./graphql.ts";
import { GraphqlSocket } from "./graphql-socket.ts";

interface Message {
  id?: string;
  type: string;
  payload?: { query: string; variables: unknown };
}

/** The server's end of one connection. It greets at once unless it is `rude`. */
class FakeSocket extends EventTarget {
  readyState = 0;
  binaryType = "";
  got: Message[] = [];
  readonly #rude: boolean;
  constructor(rude: boolean) {
    super();
    this.#rude = rude;
    queueMicrotask(() => {
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }
  send(text: string): void {
    const message = JSON.parse(text) as Message;
    this.got.push(message);
    if (message.type === "connection_init" && this.#rude) this.drop();
    else if (message.type === "connection_init") this.tell({ type: "connection_ack" });
  }
  tell(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  close(): void {
    this.drop();
  }
  drop(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
  asked = () => this.got.filter(({ type }) => type === "subscribe");
  types = () => this.got.map(({ type }) => type);
}

const numbers: Document<{ number: number }, { after: number }> = { text: "subscription { number }" };

/** A page's socket, the connections that it made, and how long it waited before each further one. */
function page({ rude = false } = {}) {
  const sockets: FakeSocket[] = [];
  const waited: number[] = [];
  const open = () => {
    const socket = new FakeSocket(rude);
    sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  const wait = async (ms: number) => {
    waited.push(ms);
    // A page that is never welcome would try for ever.
    if (waited.length > 3) await new Promise(() => undefined);
  };
  const seen: number[] = [];
  const interruptions: boolean[] = [];
  const refusals: ApiError[] = [];
  const socket = new GraphqlSocket(open, wait);
  const subscriber = {
    next: ({ number }: { number: number }) => seen.push(number),
    refused: (error: ApiError) => refusals.push(error),
    interrupted: (is: boolean) => interruptions.push(is),
  };
  const subscribe = () => socket.subscribe(numbers, () => ({ after: seen.at(-1) ?? 0 }), subscriber);
  return { sockets, waited, seen, interruptions, refusals, subscribe };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
const give = (socket: FakeSocket | undefined, number: number) =>
  socket?.tell({ type: "next", id: socket.asked().at(-1)?.id, payload: { data: { number } } });

it("a_subscription_waits_for_the_greeting_and_gives_what_comes", async () => {
  const { sockets, seen, subscribe } = page();
  subscribe();
  await until(() => expect(sockets[0]?.types()).toEqual(["connection_init", "subscribe"]));
  give(sockets[0], 1);
  give(sockets[0], 2);
  expect(seen).toEqual([1, 2]);
});

it("after_a_lost_connection_it_asks_for_what_comes_after_the_last_it_saw", async () => {
  const { sockets, seen, interruptions, subscribe } = page();
  subscribe();
  await until(() => expect(sockets[0]?.asked()).toHaveLength(1));
  give(sockets[0], 7);
  sockets[0]?.drop();
  await until(() => expect(sockets[1]?.asked()[0]?.payload?.variables).toEqual({ after: 7 }));
  give(sockets[1], 8);
  expect(seen).toEqual([7, 8]);
  expect(interruptions).toEqual([true, false]);
});

it("a_server_that_ends_a_subscription_is_asked_again_on_a_new_connection", async () => {
  const { sockets, subscribe } = page();
  subscribe();
  await until(() => expect(sockets[0]?.asked()).toHaveLength(1));
  give(sockets[0], 3);
  sockets[0]?.tell({ type: "complete", id: sockets[0].asked()[0]?.id });
  await until(() => expect(sockets[1]?.asked()[0]?.payload?.variables).toEqual({ after: 3 }));
});

it("a_refused_subscription_says_why_and_is_not_asked_for_again", async () => {
  const { sockets, refusals, subscribe } = page();
  subscribe();
  await until(() => expect(sockets[0]?.asked()).toHaveLength(1));
  const payload = [{ message: "no such session", extensions: { code: "not_found", status: 404 } }];
  sockets[0]?.tell({ type: "error", id: sockets[0].asked()[0]?.id, payload });
  expect(refusals.map(({ message, status, code }) => [message, status, code])).toEqual([["No such session.", 404, "not_found"]]);
  sockets[0]?.drop();
  await until(() => expect(sockets[1]?.types()).toEqual(["connection_init"]));
});

it("a_ping_is_answered", async () => {
  const { sockets, subscribe } = page();
  subscribe();
  await until(() => expect(sockets[0]?.asked()).toHaveLength(1));
  sockets[0]?.tell({ type: "ping" });
  expect(sockets[0]?.types().at(-1)).toBe("pong");
});

it("the_last_to_leave_closes_the_connection", async () => {
  const { sockets, subscribe } = page();
  const [first, second] = [subscribe(), subscribe()];
  await until(() => expect(sockets[0]?.asked()).toHaveLength(2));
  first.end();
  expect(sockets[0]?.readyState).toBe(1);
  expect(sockets[0]?.types().at(-1)).toBe("complete");
  second.end();
  expect(sockets[0]?.readyState).toBe(3);
});

it("a_server_that_hangs_up_without_a_greeting_is_left_alone_for_seconds", async () => {
  const { sockets, waited, subscribe } = page({ rude: true });
  subscribe();
  await until(() => expect(waited).toHaveLength(4));
  expect(waited.every((ms) => ms >= 4_000)).toBe(true);
  expect(sockets.every((socket) => socket.asked().length === 0)).toBe(true);
});

it("what_asks_again_hears_no_more_of_what_it_asked_before", async () => {
  const { sockets, seen, subscribe } = page();
  const subscription = subscribe();
  await until(() => expect(sockets[0]?.asked()).toHaveLength(1));
  const before = sockets[0]?.asked()[0]?.id;
  give(sockets[0], 4);
  subscription.again();
  sockets[0]?.tell({ type: "next", id: before, payload: { data: { number: 99 } } });
  expect(seen).toEqual([4]);
  expect(sockets[0]?.asked().at(-1)?.payload?.variables).toEqual({ after: 4 });
});
