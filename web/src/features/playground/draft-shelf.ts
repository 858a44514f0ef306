/** Where drafts wait for their writer: this browser, one for each language and person. */
import type { CodeLanguage } from "@/api/schema.ts";
import { isLanguage } from "@/features/code/language.ts";
import { starter, type Draft } from "./draft.ts";

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class DraftShelf {
  readonly #shelf: Shelf;
  readonly #user: string;

  constructor(user: string, shelf: Shelf = localStorage) {
    this.#user = user;
    this.#shelf = shelf;
  }

  draft(language: CodeLanguage): Draft {
    const begun = starter(language);
    const kept: unknown = this.#read(language);
    if (typeof kept !== "object" || kept === null) return begun;
    // Fields of an older page may be missing; those of another kind would break this one.
    const fits = Object.entries(begun).filter(([field, value]) => kindOf((kept as Record<string, unknown>)[field]) === kindOf(value));
    return { ...begun, ...Object.fromEntries(fits.map(([field]) => [field, (kept as Record<string, unknown>)[field]])) };
  }

  keep(language: CodeLanguage, draft: Draft): void {
    this.#write(language, draft);
  }

  forget(language: CodeLanguage): void {
    try {
      this.#shelf.removeItem(this.#key(language));
    } catch {
      // What cannot be stored was not.
    }
  }

  get language(): CodeLanguage {
    const kept = this.#read("language");
    return isLanguage(kept) ? kept : "python";
  }

  set language(language: CodeLanguage) {
    this.#write("language", language);
  }

  #key(name: string): string {
    return `runbook.playground.${this.#user}.${name}`;
  }

  #read(name: string): unknown {
    try {
      return JSON.parse(this.#shelf.getItem(this.#key(name)) ?? "null");
    } catch {
      return null;
    }
  }

  #write(name: string, value: unknown): void {
    try {
      this.#shelf.setItem(this.#key(name), JSON.stringify(value));
    } catch {
      // Full or forbidden: the draft then lasts as long as the page.
    }
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}
