/**
 * Files on their way to the server, in parts that can be sent again. They go on while other pages are shown; after
 * the page was closed, choosing the same file again goes on where it stopped.
 */
import { createStore } from "zustand/vanilla";
import { api } from "@/api/client.ts";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { Upload } from "@/api/schema.ts";

/** Bytes of a part: what is lost at most when the connection breaks. */
const partBytes = 4 << 20;

export interface Uploading {
  key: string;
  name: string;
  size: number;
  /** Bytes that have arrived. */
  received: number;
  state: "sending" | "stopped" | "done";
  /** Why it stopped, unless its sender wanted it to. */
  problem: string | null;
}

type Routes = Pick<typeof api, "beginUpload" | "upload" | "sendPart" | "abandonUpload">;
type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

interface Sending {
  file: File;
  stop: AbortController;
}

export class Uploads {
  readonly store = createStore<{ all: readonly Uploading[] }>(() => ({ all: [] }));
  readonly #files = new Map<string, Sending>();
  readonly #routes: Routes;
  readonly #shelf: Shelf;
  readonly #kept: () => void;

  /** `kept` is told of each file that has arrived. */
  constructor(kept: () => void, routes: Routes = api, shelf: Shelf = localStorage) {
    this.#kept = kept;
    this.#routes = routes;
    this.#shelf = shelf;
  }

  /** Begins with a file, or goes on with it. */
  async add(file: File): Promise<void> {
    const key = keyOf(file);
    if (this.#find(key)?.state === "sending") return;
    this.#files.set(key, { file, stop: new AbortController() });
    const before = this.store.getState().all.filter((it) => it.key !== key);
    this.store.setState({ all: [...before, { key, name: file.name, size: file.size, received: 0, state: "sending", problem: null }] });
    await this.#send(key, file);
  }

  async resume(key: string): Promise<void> {
    const sending = this.#files.get(key);
    if (!sending || this.#find(key)?.state !== "stopped") return;
    this.#files.set(key, { file: sending.file, stop: new AbortController() });
    this.#change(key, { state: "sending", problem: null });
    await this.#send(key, sending.file);
  }

  stop(key: string): void {
    this.#files.get(key)?.stop.abort();
  }

  /** Takes a file off the list; what has arrived of one that is not whole is given up. */
  async dismiss(key: string): Promise<void> {
    this.stop(key);
    this.#files.delete(key);
    this.store.setState({ all: this.store.getState().all.filter((it) => it.key !== key) });
    const upload = this.#remembered(key);
    this.#forget(key);
    // One that cannot be given up is, after a day.
    if (upload !== null) await this.#routes.abandonUpload(upload).catch(() => undefined);
  }

  async #send(key: string, file: File): Promise<void> {
    const { signal } = this.#files.get(key)?.stop ?? new AbortController();
    try {
      let upload = await this.#begun(key, file, signal);
      this.#change(key, { received: upload.received });
      while (upload.artifact === null) {
        const part = file.slice(upload.received, upload.received + partBytes);
        upload = await this.#routes.sendPart(upload.id, upload.received, part, signal);
        this.#change(key, { received: upload.received });
      }
      this.#forget(key);
      this.#change(key, { state: "done" });
      this.#kept();
    } catch (error) {
      this.#change(key, { state: "stopped", problem: signal.aborted ? null : messageOf(error) });
    }
  }

  /** The upload that was begun with this file before, if the server still has it, or a new one. */
  async #begun(key: string, file: File, signal: AbortSignal): Promise<Upload> {
    const remembered = this.#remembered(key);
    if (remembered !== null) {
      try {
        return await this.#routes.upload(remembered, signal);
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
      }
    }
    const upload = await this.#routes.beginUpload({ name: file.name, size: file.size }, signal);
    this.#remember(key, upload.id);
    return upload;
  }

  #find(key: string): Uploading | undefined {
    return this.store.getState().all.find((it) => it.key === key);
  }

  #change(key: string, change: Partial<Uploading>): void {
    this.store.setState({ all: this.store.getState().all.map((it) => (it.key === key ? { ...it, ...change } : it)) });
  }

  #remembered(key: string): string | null {
    try {
      return this.#shelf.getItem(shelved(key));
    } catch {
      return null;
    }
  }

  #remember(key: string, upload: string): void {
    try {
      this.#shelf.setItem(shelved(key), upload);
    } catch {
      // Without it, a closed page begins anew.
    }
  }

  #forget(key: string): void {
    try {
      this.#shelf.removeItem(shelved(key));
    } catch {
      // What cannot be stored was not.
    }
  }
}

/** By what a file is known again when it is chosen anew. */
function keyOf({ name, size, lastModified }: File): string {
  return `${name}:${size}:${lastModified}`;
}

function shelved(key: string): string {
  return `runbook.upload.${key}`;
}
