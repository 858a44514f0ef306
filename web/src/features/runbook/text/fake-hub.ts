/** For tests: the server's side of a live text, and pages that speak to it, without a network. */
import { createDecoder, readVarUint } from "lib0/decoding";
import { createEncoder, length, toUint8Array, writeVarUint } from "lib0/encoding";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import { Doc } from "yjs";
import type { Block, Runbook } from "@/api/schema.ts";
import { KeptChanges, type Shelf } from "./kept-changes.ts";
import { LiveText } from "./live-text.ts";

/** A socket whose other end is the double below; messages arrive in later turns, as they do. */
class FakeSocket extends EventTarget {
  readyState = 0;
  binaryType = "";
  hub: FakeHub;
  constructor(hub: FakeHub) {
    super();
    this.hub = hub;
    queueMicrotask(() => this.hub.online ? this.hub.accept(this) : this.end());
  }
  send(message: Uint8Array | string): void {
    const sent = typeof message === "string" ? message : message.slice();
    queueMicrotask(() => this.hub.receive(this, sent));
  }
  deliver(data: ArrayBuffer | string): void {
    queueMicrotask(() => this.readyState === 1 && this.dispatchEvent(new MessageEvent("message", { data })));
  }
  close(): void {
    queueMicrotask(() => this.end());
  }
  end(): void {
    this.readyState = 3;
    this.hub.sockets.delete(this);
    this.dispatchEvent(new Event("close"));
  }
}

/** As much of the server as an editor meets. */
export class FakeHub {
  doc = new Doc();
  sockets = new Set<FakeSocket>();
  online = true;
  limit = 1000;
  /** How it reads a text. */
  blocks: (content: string) => Block[] = () => [];
  constructor(content: string) {
    this.doc.getText("content").insert(0, content);
  }
  open = () => new FakeSocket(this) as unknown as WebSocket;
  runbook = () => {
    const content = this.doc.getText("content").toString();
    return { id: "rb_1", content, blocks: this.blocks(content) } as Runbook;
  };
  accept(socket: FakeSocket): void {
    socket.readyState = 1;
    this.sockets.add(socket);
    socket.dispatchEvent(new Event("open"));
    this.#send(socket, (encoder) => writeSyncStep1(encoder, this.doc));
  }
  receive(socket: FakeSocket, message: Uint8Array | string): void {
    if (!this.sockets.has(socket)) return;
    if (typeof message === "string") return this.save();
    const decoder = createDecoder(message);
    readVarUint(decoder);
    const updates: Uint8Array[] = [];
    const note = (update: Uint8Array) => updates.push(update);
    this.doc.on("update", note);
    this.#send(socket, (encoder) => readSyncMessage(decoder, encoder, this.doc, socket));
    this.doc.off("update", note);
    for (const other of this.sockets) if (other !== socket) for (const update of updates) this.#send(other, (encoder) => writeUpdate(encoder, update));
    if (updates.length > 0 && this.runbook().content.length > this.limit) {
      socket.deliver(JSON.stringify({ event: "refused", error: "too_large", message: "the document is too large" }));
    }
  }
  /** Says a word to all who have it open. */
  say(event: Record<string, unknown>): void {
    for (const socket of this.sockets) socket.deliver(JSON.stringify(event));
  }
  save(): void {
    for (const socket of this.sockets) socket.deliver(JSON.stringify({ event: "saved", runbook: this.runbook() }));
  }
  drop(): void {
    for (const socket of this.sockets) socket.end();
  }
  #send(socket: FakeSocket, write: (encoder: ReturnType<typeof createEncoder>) => void): void {
    const encoder = createEncoder();
    writeVarUint(encoder, 0);
    write(encoder);
    if (length(encoder) > 1) socket.deliver(toUint8Array(encoder).slice().buffer);
  }
}

export function shelf(): Shelf {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    key: (at) => [...map.keys()][at] ?? null,
    get length() {
      return map.size;
    },
  };
}

let pages = 0;

/** A page of the document, once its text has arrived. */
export async function page(hub: FakeHub, browser: Shelf = shelf()) {
  pages += 1;
  const text = new LiveText(hub.runbook(), "ws://x", {
    open: hub.open,
    wait: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    kept: new KeptChanges("rb_1", `page-${pages}`, browser),
  });
  text.start();
  await until(() => text.synced || !hub.online);
  return text;
}

export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn > 1000) throw new Error("it never came to be");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
