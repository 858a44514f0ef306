/**
 * The text of a runbook as several pages edit it at once: a Yjs text that agrees with the server's over a
 * WebSocket, whose unsaved part is kept in the browser. It knows when the server has stored what is shown,
 * and nothing about cells, editors or React.
 *
 *   loading ──first sync──▶ saved ◀──▶ saving        the server stored it, or is about to
 *                             │  ▲        │
 *                  connection lost, back  └──▶ refused: too large, deleted, …
 *                             ▼  │
 *                            offline                 edits go on and are joined later
 */
import { createDecoder, readVarUint } from "lib0/decoding";
import { createEncoder, length, toUint8Array, writeVarUint } from "lib0/encoding";
import { messageYjsSyncStep2, readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, UndoManager, type Text, type YTextEvent } from "yjs";
import { sentence } from "@/api/errors.ts";
import type { Runbook } from "@/api/schema.ts";
import { backwards, type Edit } from "../cells/line-map.ts";
import { KeptChanges } from "./kept-changes.ts";
import { LiveConnection, type OpenSocket, type Wait } from "@/api/live-connection.ts";

export type TextState = "loading" | "saved" | "saving" | "offline" | "refused";

/** A save takes two seconds at the most; a busy server gets several times that, in milliseconds. */
const silenceMs = 15_000;

/** How often at most words are put into the browser's keeping, in milliseconds. */
const keepMs = 300;

/** Refusals that another try may end. */
const passing: ReadonlySet<string> = new Set(["unavailable", "too_slow"]);

/** The first number of each binary message, as y-websocket has it. */
const syncMessage = 0;

interface LiveTextOptions {
  onSaved?: (runbook: Runbook) => void;
  /** The server began the text's history anew: this one can say nothing more, and a new one takes up what is kept. */
  onReplaced?: () => void;
  open?: OpenSocket;
  wait?: Wait;
  kept?: KeptChanges;
}

export class LiveText {
  readonly doc = new Doc();
  readonly content: Text = this.doc.getText("content");
  readonly undo: UndoManager;
  /** The text as a string, renewed with each change. */
  text = "";
  /** What the server stored last, and its reading of it. */
  saved: Runbook;
  /** Whether the server's text has arrived: before that there is nothing to edit. */
  synced = false;
  /** Why the server takes no more, in its words. */
  refusal: string | null = null;
  /** Why the server has not stored the latest changes, which it has and tries again. */
  trouble: string | null = null;
  /** Text of an earlier visit that fits no more. */
  orphan: string | null = null;
  /** Something was changed on this page. */
  touched = false;

  #connection: LiveConnection;
  #kept: KeptChanges;
  #onSaved: (runbook: Runbook) => void;
  #onReplaced: () => void;
  #failed = false;
  /** What the server certainly has. */
  #stored: Uint8Array;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #keeping: ReturnType<typeof setTimeout> | null = null;
  #waiting: { resolve: (runbook: Runbook) => void; reject: (error: Error) => void }[] = [];
  #listeners = new Set<() => void>();
  #onText = new Set<(event: YTextEvent) => void>();

  constructor(runbook: Runbook, url: string, { onSaved = () => undefined, onReplaced = () => undefined, open, wait, kept }: LiveTextOptions = {}) {
    this.saved = runbook;
    this.#onSaved = onSaved;
    this.#onReplaced = onReplaced;
    this.#kept = kept ?? new KeptChanges(runbook.id, String(this.doc.clientID));
    this.#stored = encodeStateVector(this.doc);
    this.undo = new UndoManager(this.content, { trackedOrigins: new Set([this]) });
    const events = {
      opened: () => this.#opened(),
      bytes: (bytes: Uint8Array) => this.#receive(bytes),
      words: (text: string) => this.#hear(text),
      closed: () => this.#lost(),
    };
    this.#connection = new LiveConnection(url, events, open, wait);
    this.content.observe((event) => {
      this.text = this.content.toString();
      if (this.synced) for (const listener of this.#onText) listener(event);
    });
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this.#connection) this.#send(update);
      if (origin === this || origin === this.undo) this.#connection.resume();
      this.#changed();
    });
  }

  start(): void {
    this.#connection.start();
  }

  close(): void {
    this.keepNow();
    clearTimeout(this.#keeping ?? undefined);
    this.#heard();
    this.#connection.close();
    this.#refuseWaiting(new Error("The page was left."));
    this.undo.destroy();
    this.doc.destroy();
  }

  get state(): TextState {
    if (this.refusal !== null) return "refused";
    if (!this.synced) return this.#failed ? "offline" : "loading";
    if (!this.#connection.isOpen) return "offline";
    return this.isSaved ? "saved" : "saving";
  }

  /** Whether closing the page would lose words: they are stored neither at the server nor in the browser. */
  get atRisk(): boolean {
    return this.synced && !this.isSaved && !this.#kept.holds;
  }

  get isSaved(): boolean {
    return this.synced && this.text === this.saved.content;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hears of each change of the text after the first sync, with what changed. */
  onText(listener: (event: YTextEvent) => void): () => void {
    this.#onText.add(listener);
    return () => this.#onText.delete(listener);
  }

  /** Changes the text as one step that undo takes back. The places count from the text before. */
  edit(edits: readonly Edit[]): void {
    if (edits.length === 0) return;
    this.touched = true;
    this.doc.transact(() => {
      for (const { from, to, insert } of backwards(edits)) {
        if (to > from) this.content.delete(from, to - from);
        if (insert !== "") this.content.insert(from, insert);
      }
    }, this);
  }

  /** Has the text stored now, and gives what the server makes of it. */
  flush(): Promise<Runbook> {
    if (this.isSaved) return Promise.resolve(this.saved);
    if (this.refusal !== null) return Promise.reject(new Error(this.refusal));
    if (!this.#connection.isOpen) {
      this.#connection.retry();
      return Promise.reject(new Error("You are offline. The change is kept in this browser; it can run when the server has it."));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#connection.send(JSON.stringify({ save: true }));
    });
  }

  /** The network is gone, whatever the socket says. */
  lose(): void {
    this.#connection.reset();
  }

  /** Tries to connect now. */
  retry(): void {
    this.#connection.retry();
  }

  /** The reader has seen the text that fits no more, and wants it no longer. */
  forgetOrphan(): void {
    this.orphan = null;
    this.#kept.dropOthers();
    this.#tell();
  }

  #opened(): void {
    this.refusal = null;
    this.#failed = false;
    const encoder = createEncoder();
    writeVarUint(encoder, syncMessage);
    writeSyncStep1(encoder, this.doc);
    this.#connection.send(toUint8Array(encoder));
    this.#tell();
  }

  #lost(): void {
    this.#failed = true;
    this.#refuseWaiting(new Error("The connection was lost before the change was saved. It is kept in this browser."));
    this.#tell();
  }

  #receive(bytes: Uint8Array): void {
    this.#heard();
    const decoder = createDecoder(bytes);
    // Whereabouts of other editors are for later.
    if (readVarUint(decoder) !== syncMessage) return;
    const encoder = createEncoder();
    writeVarUint(encoder, syncMessage);
    const kind = readSyncMessage(decoder, encoder, this.doc, this.#connection);
    if (length(encoder) > 1) this.#connection.send(toUint8Array(encoder));
    if (kind === messageYjsSyncStep2) this.#meet();
  }

  /** The server's text is here: what it lacks of ours follows. */
  #meet(): void {
    const first = !this.synced;
    this.synced = true;
    if (first) {
      this.#stored = encodeStateVector(this.doc);
      this.#takeUpKept();
    } else if (!this.isSaved) {
      this.#send(encodeStateAsUpdate(this.doc, this.#stored));
    }
    this.#changed();
  }

  #takeUpKept(): void {
    let misfit: string | null = null;
    for (const { update, text } of this.#kept.all()) {
      if (this.#fits(update)) applyUpdate(this.doc, update, this.#kept);
      else if (text !== this.text) misfit = text;
    }
    this.orphan = misfit;
    if (!this.isSaved) this.touched = true;
    this.#keep();
    if (misfit === null) this.#kept.dropOthers();
  }

  /** Whether an update builds on this text. One of a text that was replaced would wait for ever for its past. */
  #fits(update: Uint8Array): boolean {
    const probe = new Doc();
    try {
      applyUpdate(probe, encodeStateAsUpdate(this.doc));
      applyUpdate(probe, update);
      return probe.store.pendingStructs === null;
    } catch {
      return false;
    } finally {
      probe.destroy();
    }
  }

  /** A server that says nothing while something waits to be stored is one that cannot be reached. */
  #expect(): void {
    if (this.isSaved || !this.#connection.isOpen) return;
    this.#silence ??= setTimeout(() => {
      this.#silence = null;
      if (!this.isSaved) this.#connection.reset();
    }, silenceMs);
  }

  #heard(): void {
    clearTimeout(this.#silence ?? undefined);
    this.#silence = null;
  }

  #hear(text: string): void {
    this.#heard();
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (isSaved(message)) this.#save(message.runbook);
    else if (isProblem(message, "refused")) this.#refused(message.error, sentence(message.message));
    else if (isProblem(message, "unsaved")) {
      this.trouble = sentence(message.message);
      this.#refuseWaiting(new Error(this.trouble));
      this.#tell();
    }
  }

  /** Nothing that follows can be stored without what was refused, so the next try waits for another change. */
  #refused(code: string, words: string): void {
    this.#refuseWaiting(new Error(words));
    if (passing.has(code)) return;
    this.refusal = words;
    this.#connection.hold();
    this.keepNow();
    this.#tell();
    if (code === "text_replaced") this.#onReplaced();
  }

  #save(runbook: Runbook): void {
    this.saved = runbook;
    this.refusal = null;
    this.trouble = null;
    if (this.isSaved) {
      this.#stored = encodeStateVector(this.doc);
      for (const { resolve } of this.#waiting.splice(0)) resolve(runbook);
    } else if (this.#waiting.length > 0) {
      // Stored before the last words came in: once more.
      this.#connection.send(JSON.stringify({ save: true }));
    }
    this.#onSaved(runbook);
    this.#changed();
  }

  #send(update: Uint8Array): void {
    const encoder = createEncoder();
    writeVarUint(encoder, syncMessage);
    writeUpdate(encoder, update);
    this.#connection.send(toUint8Array(encoder));
  }

  #changed(): void {
    if (this.synced) {
      this.#keep();
      this.#expect();
    }
    this.#tell();
  }

  /** The first words are kept at once, those right after them together. */
  #keep(): void {
    if (this.isSaved) {
      this.#kept.drop();
    } else if (this.#keeping === null) {
      this.keepNow();
      this.#keeping = setTimeout(() => {
        this.#keeping = null;
        if (!this.isSaved) this.keepNow();
      }, keepMs);
    }
  }

  /** Puts what is not stored into the browser's keeping: the page may be gone in a moment. */
  keepNow(): void {
    if (this.synced && !this.isSaved) this.#kept.keep({ update: encodeStateAsUpdate(this.doc, this.#stored), text: this.text });
  }

  #refuseWaiting(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isSaved(value: unknown): value is { event: "saved"; runbook: Runbook } {
  return typeof value === "object" && value !== null && "event" in value && value.event === "saved" && "runbook" in value;
}

function isProblem<Event extends string>(value: unknown, event: Event): value is { event: Event; error: string; message: string } {
  if (typeof value !== "object" || value === null || !("event" in value) || value.event !== event) return false;
  return "error" in value && typeof value.error === "string" && "message" in value && typeof value.message === "string";
}
