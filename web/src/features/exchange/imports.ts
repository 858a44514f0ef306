/** Files and addresses on their way to becoming runbooks. One import runs at a time: the hub takes few at once. */
import { createStore } from "zustand";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Imported } from "@/api/schema.ts";

export interface Importing {
  key: number;
  /** The file, or the address. */
  name: string;
  state: "waiting" | "busy" | "done" | "failed";
  /** What became of each document in it. */
  items: readonly Imported[];
  /** Why nothing was imported. */
  problem: string | null;
}

export type Source = { file: File } | { url: string };

type Import = (source: Source, keepOutputs: boolean) => Promise<{ items: Imported[] }>;

const viaApi: Import = (source, keepOutputs) =>
  "file" in source ? api.importFile(source.file, keepOutputs) : api.importUrl(source.url, keepOutputs);

export class Imports {
  readonly store = createStore<{ all: readonly Importing[] }>(() => ({ all: [] }));
  private last = 0;
  private turn: Promise<void> = Promise.resolve();
  private readonly changed: () => void;
  private readonly importing: Import;

  /** `changed` is called when there are new runbooks. */
  constructor(changed: () => void, importing: Import = viaApi) {
    this.changed = changed;
    this.importing = importing;
  }

  /** Resolves when its turn is over, whatever became of it. */
  add(source: Source, keepOutputs: boolean): Promise<void> {
    this.last += 1;
    const key = this.last;
    const name = "file" in source ? source.file.name : source.url;
    const added: Importing = { key, name, state: "waiting", items: [], problem: null };
    this.store.setState(({ all }) => ({ all: [...all, added] }));
    this.turn = this.turn.then(() => this.run(key, source, keepOutputs));
    return this.turn;
  }

  dismiss(key: number): void {
    this.store.setState(({ all }) => ({ all: all.filter((it) => it.key !== key) }));
  }

  private async run(key: number, source: Source, keepOutputs: boolean): Promise<void> {
    if (!this.store.getState().all.some((it) => it.key === key)) return;
    this.set(key, { state: "busy" });
    try {
      const { items } = await this.importing(source, keepOutputs);
      const made = items.some((it) => it.runbook);
      this.set(key, { state: made ? "done" : "failed", items });
      if (made) this.changed();
    } catch (error) {
      this.set(key, { state: "failed", problem: messageOf(error) });
    }
  }

  private set(key: number, change: Partial<Importing>): void {
    this.store.setState(({ all }) => ({ all: all.map((it) => (it.key === key ? { ...it, ...change } : it)) }));
  }
}
