/**
 * Subscriptions over one WebSocket (graphql-transport-ws), which is there while anybody is subscribed.
 *
 * A lost connection is made again and each subscription begins anew with what `variables` then gives, so that one that
 * counts what it has seen goes on after it.
 */
import { pause } from "./events.ts";
import type { ApiError } from "./errors.ts";
import { refusalOf, type Document, type GraphqlError } from "./graphql.ts";
import { LiveConnection, type OpenSocket, type Wait } from "./live-connection.ts";

export interface Subscriber<Result> {
  next: (result: Result) => void;
  /** The server refused; nothing more comes. */
  refused: (error: ApiError) => void;
  /** The connection dropped (true), or is there again (false). */
  interrupted: (is: boolean) => void;
}

export interface Subscription {
  /** Asks anew, with what its variables are now. */
  again: () => void;
  end: () => void;
}

interface Entry {
  text: string;
  variables: () => unknown;
  subscriber: Subscriber<unknown>;
  isInterrupted: boolean;
}

type ServerMessage =
  | { type: "connection_ack" }
  | { type: "ping" }
  | { type: "pong" }
  | { type: "next"; id: string; payload: { data?: unknown; errors?: GraphqlError[] } }
  | { type: "error"; id: string; payload: GraphqlError[] }
  | { type: "complete"; id: string };

/** How long a server that hung up without a greeting is left alone, in milliseconds. */
const unwelcomeMs = 4_000;

const address = () => `${location.origin.replace(/^http/, "ws")}/graphql`;
const openSocket: OpenSocket = (at) => new WebSocket(at, "graphql-transport-ws");

export class GraphqlSocket {
  #entries = new Map<string, Entry>();
  #connection: LiveConnection | null = null;
  #greeted = false;
  /** Whether the last connection got as far as a greeting. */
  #welcome = false;
  #lastId = 0;
  readonly #open: OpenSocket;
  readonly #wait: Wait;

  constructor(open: OpenSocket = openSocket, wait: Wait = pause) {
    this.#open = open;
    this.#wait = wait;
  }

  subscribe<Result, Variables>(document: Document<Result, Variables>, variables: () => Variables, subscriber: Subscriber<Result>): Subscription {
    // What arrives under its id is what its document asked for.
    const entry: Entry = { text: document.text, variables, subscriber: subscriber as Subscriber<unknown>, isInterrupted: false };
    let id = this.#add(entry);
    this.#connect();
    return {
      again: () => {
        this.#drop(id);
        id = this.#add(entry);
      },
      end: () => {
        this.#drop(id);
        if (this.#entries.size === 0) this.#disconnect();
      },
    };
  }

  #add(entry: Entry): string {
    this.#lastId += 1;
    const id = String(this.#lastId);
    this.#entries.set(id, entry);
    if (this.#greeted) this.#ask(id, entry);
    return id;
  }

  #drop(id: string): void {
    if (this.#entries.delete(id) && this.#greeted) this.#send({ id, type: "complete" });
  }

  #connect(): void {
    if (this.#connection) return;
    const wait: Wait = (ms, signal) => {
      const alone = this.#welcome ? ms : Math.max(ms, unwelcomeMs);
      this.#welcome = false;
      return this.#wait(alone, signal);
    };
    const events = {
      opened: () => this.#send({ type: "connection_init" }),
      words: (text: string) => this.#take(JSON.parse(text) as ServerMessage),
      bytes: () => undefined,
      closed: () => {
        this.#greeted = false;
        for (const entry of this.#entries.values()) interrupt(entry, true);
      },
    };
    this.#connection = new LiveConnection(address(), events, this.#open, wait);
    this.#connection.start();
    globalThis.addEventListener?.("online", this.#retry);
    globalThis.addEventListener?.("offline", this.#lose);
  }

  #disconnect(): void {
    globalThis.removeEventListener?.("online", this.#retry);
    globalThis.removeEventListener?.("offline", this.#lose);
    this.#connection?.close();
    this.#connection = null;
    this.#greeted = false;
  }

  readonly #retry = (): void => this.#connection?.retry();
  /** The network is gone, whatever the socket says. */
  readonly #lose = (): void => this.#connection?.reset();

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "connection_ack":
        this.#greeted = true;
        this.#welcome = true;
        for (const [id, entry] of this.#entries) this.#ask(id, entry);
        return;
      case "ping":
        this.#send({ type: "pong" });
        return;
      case "pong":
        return;
      case "next":
        this.#give(message.id, message.payload);
        return;
      case "error":
        this.#refuse(message.id, message.payload);
        return;
      case "complete":
        // Nothing that is subscribed to ends by itself: the server goes down, or we were too slow for it.
        if (this.#entries.has(message.id)) this.#connection?.reset();
    }
  }

  #give(id: string, { data, errors }: { data?: unknown; errors?: GraphqlError[] }): void {
    if (data) this.#entries.get(id)?.subscriber.next(data);
    else this.#refuse(id, errors);
  }

  #refuse(id: string, errors: GraphqlError[] | undefined): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    entry?.subscriber.refused(refusalOf(errors));
  }

  #ask(id: string, entry: Entry): void {
    interrupt(entry, false);
    this.#send({ id, type: "subscribe", payload: { query: entry.text, variables: entry.variables() } });
  }

  #send(message: object): void {
    this.#connection?.send(JSON.stringify(message));
  }
}

function interrupt(entry: Entry, is: boolean): void {
  if (entry.isInterrupted === is) return;
  entry.isInterrupted = is;
  entry.subscriber.interrupted(is);
}

/** The socket of this page. */
export const graphqlSocket = new GraphqlSocket();
