/** One WebSocket after another: what was lost is opened again, sooner when the browser comes online. */
import { backoff, pause } from "./events.ts";

export interface LiveEvents {
  opened: () => void;
  bytes: (bytes: Uint8Array) => void;
  words: (text: string) => void;
  closed: () => void;
}

export type OpenSocket = (url: string) => WebSocket;
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export class LiveConnection {
  #url: string;
  #events: LiveEvents;
  #open: OpenSocket;
  #wait: Wait;
  #socket: WebSocket | null = null;
  #letGo: (() => void) | null = null;
  #end = new AbortController();
  #retry = new AbortController();
  /** Aborts when a connection that was held may be tried again. */
  #held: AbortController | null = null;

  constructor(url: string, events: LiveEvents, open: OpenSocket = (at) => new WebSocket(at), wait: Wait = pause) {
    this.#url = url;
    this.#events = events;
    this.#open = open;
    this.#wait = wait;
  }

  start(): void {
    void this.#run();
  }

  get isOpen(): boolean {
    // The number stands for OPEN: doubles of tests have no constants.
    return this.#socket?.readyState === 1;
  }

  send(message: Uint8Array<ArrayBuffer> | string): void {
    if (this.isOpen) this.#socket?.send(message);
  }

  /** Tries again now instead of when the pause is over. */
  retry(): void {
    this.#retry.abort();
  }

  /** Gives up a connection that may be dead without saying so, and opens another. */
  reset(): void {
    // A socket without a network takes minutes to close; it is let go at once.
    this.#letGo?.();
  }

  /** Ends this connection and opens no other until `resume`: the server would refuse the same again. */
  hold(): void {
    this.#held ??= new AbortController();
    this.#socket?.close();
  }

  resume(): void {
    this.#held?.abort();
    this.#held = null;
  }

  close(): void {
    this.#end.abort();
    this.resume();
    this.#retry.abort();
    this.#socket?.close();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#end.signal.aborted) {
      const opened = await this.#once();
      if (this.#end.signal.aborted) return;
      failures = opened && !this.#held ? 1 : failures + 1;
      if (this.#held) await aborted(this.#held.signal);
      if (this.#end.signal.aborted) return;
      this.#retry = new AbortController();
      await this.#wait(backoff(failures), this.#retry.signal);
    }
  }

  /** From an opening to its end. Says whether it opened at all. */
  #once(): Promise<boolean> {
    return new Promise((resolve) => {
      let opened = false;
      const socket = this.#open(this.#url);
      this.#socket = socket;
      socket.binaryType = "arraybuffer";
      const current = () => this.#socket === socket && !this.#end.signal.aborted;
      socket.addEventListener("open", () => {
        opened = true;
        if (current()) this.#events.opened();
      });
      socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (!current()) return;
        if (typeof data === "string") this.#events.words(data);
        else if (data instanceof ArrayBuffer) this.#events.bytes(new Uint8Array(data));
      });
      const gone = () => {
        const told = current();
        if (this.#socket === socket) this.#socket = null;
        if (told) this.#events.closed();
        resolve(opened);
      };
      socket.addEventListener("close", gone);
      this.#letGo = () => {
        gone();
        socket.close();
      };
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
