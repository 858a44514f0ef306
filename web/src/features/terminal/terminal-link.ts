/**
 * One terminal of a sandbox over its socket. When the line breaks it comes back to the same shell, whose last
 * output the server sends again; what was typed meanwhile is dropped, since nobody saw it.
 */
import { api, terminalSocket, type TerminalPlace } from "@/api/client.ts";
import { hasStatus, messageOf } from "@/api/errors.ts";
import { backoff, pause } from "@/api/events.ts";
import type { TerminalInput, TerminalNews } from "@/api/schema.ts";

export type LinkState = { is: "connecting" } | { is: "open" } | { is: "over"; message: string };

export interface LinkEvents {
  /** Bytes to show; `shown` is to be called once they are. */
  output: (bytes: Uint8Array, shown: () => void) => void;
  /** What follows is all that the terminal shows, from its beginning on. */
  begin: () => void;
  state: (state: LinkState) => void;
  opened: (id: number) => void;
}

export interface Size {
  rows: number;
  columns: number;
}

/** Bytes in one message: a quarter of what the server takes. */
const pieceBytes = 64 << 10;

/** Why the server closes for good, by code. */
const farewells: Record<number, string> = {
  1008: "The server did not understand this page. Reload it.",
  4401: "You have signed out.",
};

export class TerminalLink {
  readonly #place: TerminalPlace;
  readonly #events: LinkEvents;
  readonly #abort = new AbortController();
  #id: number | null;
  #size: Size;
  #socket: WebSocket | null = null;
  #over = false;

  constructor(place: TerminalPlace, id: number | null, size: Size, events: LinkEvents) {
    this.#place = place;
    this.#id = id;
    this.#size = size;
    this.#events = events;
    void this.#stay();
  }

  type(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    for (let from = 0; from < bytes.length; from += pieceBytes) this.#socket.send(bytes.subarray(from, from + pieceBytes));
  }

  resize(size: Size): void {
    this.#size = size;
    this.#say({ type: "resize", ...size });
  }

  /** Leaves the terminal; its shell goes on for a while. */
  close(): void {
    this.#abort.abort();
    this.#socket?.close();
  }

  #say(input: TerminalInput): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(input));
  }

  async #stay(): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted && !this.#over; ) {
      this.#events.state({ is: "connecting" });
      const { code, wasOpen } = await this.#once();
      if (signal.aborted || this.#over) return;
      const farewell = farewells[code];
      if (farewell !== undefined) return this.#end(farewell);
      failures = wasOpen ? 1 : failures + 1;
      const gone = await this.#whyGone();
      if (gone !== null) return this.#end(gone);
      await pause(backoff(failures), signal);
    }
  }

  #once(): Promise<{ code: number; wasOpen: boolean }> {
    return new Promise((resolve) => {
      const socket = new WebSocket(terminalSocket(this.#place, { id: this.#id, ...this.#size }));
      socket.binaryType = "arraybuffer";
      this.#socket = socket;
      let wasOpen = false;
      socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
        if (typeof data === "string") {
          wasOpen = true;
          this.#hear(JSON.parse(data) as TerminalNews);
          return;
        }
        const bytes = new Uint8Array(data);
        this.#events.output(bytes, () => {
          if (this.#socket === socket) this.#say({ type: "shown", bytes: bytes.length });
        });
      });
      socket.addEventListener("close", ({ code }) => resolve({ code, wasOpen }));
    });
  }

  #hear(news: TerminalNews): void {
    if (news.type === "end") return this.#end(news.message);
    this.#id = news.id;
    this.#events.begin();
    this.#events.opened(news.id);
    this.#events.state({ is: "open" });
  }

  /** A socket that is refused does not say why: the list of terminals does. */
  async #whyGone(): Promise<string | null> {
    try {
      const { items } = await api.terminals(this.#place, this.#abort.signal);
      if (this.#id !== null && !items.some((it) => it.id === this.#id)) return "The terminal has ended.";
      if (this.#id === null) return "The terminal could not be opened. Its session may be paused, be without a sandbox, or have too many.";
      return null;
    } catch (error) {
      if (hasStatus(error, 409)) return messageOf(error);
      return hasStatus(error, 401) || hasStatus(error, 404) ? "The terminal has ended." : null;
    }
  }

  #end(message: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.state({ is: "over", message });
  }
}
