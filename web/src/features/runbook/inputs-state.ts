/**
 * What a reader fills in for a runbook's inputs: held for the page, saved as they type, and looked at before
 * blocks run. The server decides whether a value will do; this says the same sooner. It holds no React.
 */
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { FilledInputs, RunbookInput } from "@/api/schema.ts";

/** Keys that come at once are saved once. */
const settleMs = 400;

export class InputsDesk {
  version = 0;
  fields: readonly RunbookInput[] = [];
  /** Whether what was filled in before is known. */
  isLoaded = false;
  values: Readonly<Record<string, string>> = {};
  /** The secret that stands for each secret input. */
  secrets: Readonly<Record<string, string>> = {};
  /** Typed on this page. Sent with the next run, and never saved. */
  typed: Readonly<Record<string, string>> = {};
  /** Typed in this session before. */
  typedBefore: ReadonlySet<string> = new Set();

  #runbook: string;
  #failed: (message: string) => void;
  #listeners = new Set<() => void>();
  /** Fields that may be marked: those that were left, or all once somebody tried to run. */
  #looked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(runbook: string, failed: (message: string) => void) {
    this.#runbook = runbook;
    this.#failed = failed;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setFields(fields: readonly RunbookInput[]): void {
    this.fields = fields;
    this.#changed();
  }

  /** Takes over what the server has. What is being typed here counts more. */
  load({ values, secrets, typed }: FilledInputs): void {
    this.typedBefore = new Set(typed);
    if (!this.isLoaded) {
      const texts = Object.entries(values).map(([name, value]) => [name, String(value)] as const);
      this.values = Object.fromEntries(texts);
      this.secrets = { ...secrets };
      this.isLoaded = true;
    }
    this.#changed();
  }

  set(name: string, value: string): void {
    this.values = { ...this.values, [name]: value };
    this.#saveSoon();
  }

  /** Chooses a secret for an input; none to type it. */
  choose(name: string, secret: string): void {
    const { [name]: _, ...others } = this.secrets;
    this.secrets = secret === "" ? others : { ...others, [name]: secret };
    this.#saveSoon();
  }

  type(name: string, value: string): void {
    this.typed = { ...this.typed, [name]: value };
    this.#changed();
  }

  /** A field was left: from now on what is wrong with it shows. */
  look(name: string): void {
    this.#looked.add(name);
    this.#changed();
  }

  /** What is wrong with a field, if that is to be shown. */
  shownProblem(field: RunbookInput): string | null {
    return this.#looked.has(field.name) ? this.problem(field) : null;
  }

  problem(field: RunbookInput): string | null {
    if (field.kind !== "secret") return problemOf(field, this.values[field.name] ?? "");
    if (this.secrets[field.name] !== undefined) return null;
    const typed = this.typed[field.name] ?? "";
    if (typed === "") return field.required && !this.typedBefore.has(field.name) ? "A value is needed." : null;
    return typed.length < 4 ? "A secret has at least 4 characters." : null;
  }

  /** Saves what was typed, and gives what to send with a run; null if something will not do. */
  async prepare(): Promise<Record<string, string> | null> {
    await this.flush();
    for (const field of this.fields) this.#looked.add(field.name);
    this.#changed();
    if (this.fields.some((field) => this.problem(field) !== null)) return null;
    return Object.fromEntries(Object.entries(this.typed).filter(([name, value]) => value !== "" && this.secrets[name] === undefined));
  }

  /** What was sent is with the session now. */
  sent(names: readonly string[]): void {
    this.typedBefore = new Set([...this.typedBefore, ...names]);
    this.typed = Object.fromEntries(Object.entries(this.typed).filter(([name]) => !names.includes(name)));
    this.#changed();
  }

  /** The session has ended, and what was typed for it is gone. */
  forget(): void {
    this.typedBefore = new Set();
    this.#changed();
  }

  async flush(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#save();
    }
    await this.#saving;
  }

  close(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#save();
    }
  }

  #saveSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), settleMs);
    this.#changed();
  }

  #save(): void {
    this.#timer = null;
    const { values, secrets } = this;
    this.#saving = this.#saving
      .then(() => api.fillInputs(this.#runbook, { values, secrets }))
      .then(
        () => undefined,
        (error: unknown) => this.#failed(`What you filled in could not be saved. ${messageOf(error)}`),
      );
  }

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}

/** What is wrong with a value, as the server would say it. */
export function problemOf(field: RunbookInput, given: string): string | null {
  const value = given === "" ? field.default : given;
  if (value === "") return field.required ? "A value is needed." : null;
  switch (field.kind) {
    case "number": {
      const number = Number(value);
      if (value.trim() === "" || !Number.isFinite(number)) return "This is not a number.";
      if (field.min !== null && number < field.min) return `The number must be at least ${field.min}.`;
      if (field.max !== null && number > field.max) return `The number must be at most ${field.max}.`;
      break;
    }
    case "select":
      if (!field.options.includes(value)) return `Choose one of ${field.options.join(", ")}.`;
      break;
    case "date":
      if (!isDate(value)) return "This is not a date; write it like 2026-11-21.";
      break;
    case "boolean":
    case "multiline":
    case "secret":
    case "text":
      break;
  }
  return field.pattern !== null && !matches(field.pattern, value) ? `The value does not match ${field.pattern}.` : null;
}

function isDate(value: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  return date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** A pattern that this browser cannot read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    return true;
  }
}
