/**
 * Changes that the server has not stored yet, kept in this browser so that neither a reload nor a crash
 * loses them. Each open page keeps its own; whoever opens the document next takes up all of them.
 */
import { fromBase64, toBase64 } from "lib0/buffer";

export interface KeptChange {
  /** What the server lacks, as a Yjs update. */
  update: Uint8Array;
  /** The whole text as its author saw it, for when the document has become another one meanwhile. */
  text: string;
}

export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const prefixOf = (runbook: string) => `runbook.text.${runbook}.`;

export class KeptChanges {
  #shelf: Shelf;
  #runbook: string;
  #key: string;
  /** Whether the latest change could be kept. */
  holds = false;

  constructor(runbook: string, page: string, shelf: Shelf = localStorage) {
    this.#runbook = runbook;
    this.#key = prefixOf(runbook) + page;
    this.#shelf = shelf;
  }

  keep({ update, text }: KeptChange): void {
    try {
      this.#shelf.setItem(this.#key, JSON.stringify({ update: toBase64(update), text }));
      this.holds = true;
    } catch {
      // A full or forbidden storage: the text is on the page, and leaving asks first.
      this.holds = false;
    }
  }

  drop(): void {
    if (this.holds) this.#remove(this.#key);
    this.holds = false;
  }

  /** All that was kept for this document, by any page. */
  all(): KeptChange[] {
    return this.#keys().flatMap((key) => {
      try {
        const value: unknown = JSON.parse(this.#shelf.getItem(key) ?? "null");
        return isWritten(value) ? [{ update: fromBase64(value.update), text: value.text }] : [];
      } catch {
        return [];
      }
    });
  }

  /** Forgets what other pages kept, once it is part of this one's text. */
  dropOthers(): void {
    for (const key of this.#keys()) if (key !== this.#key) this.#remove(key);
  }

  #keys(): string[] {
    try {
      const names = Array.from({ length: this.#shelf.length }, (_, at) => this.#shelf.key(at) ?? "");
      return names.filter((name) => name.startsWith(prefixOf(this.#runbook)));
    } catch {
      return [];
    }
  }

  #remove(key: string): void {
    try {
      this.#shelf.removeItem(key);
    } catch {
      // Nothing was kept either.
    }
  }
}

function isWritten(value: unknown): value is { update: string; text: string } {
  if (typeof value !== "object" || value === null) return false;
  return "update" in value && typeof value.update === "string" && "text" in value && typeof value.text === "string";
}
