/**
 * What a reader has typed into the forms of a local runbook. Kept in this browser over a reload, by the path of the
 * document, but for what is sensitive. Whether a value will do is the server's to say.
 */
import type { FormVariable, LocalComponent, LocalRunbook, ValueProblem, ValuesByForm } from "@/api/local-schema.ts";
import { componentsOf } from "./components.ts";

/** Keys that come at once are shown elsewhere once. */
const settleMs = 200;

export class LocalValues {
  version = 0;
  typed: ValuesByForm = {};
  /** The same a moment later, for all that is made of it. */
  published: ValuesByForm = {};
  problems: readonly ValueProblem[] = [];

  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #variables = new Map<string, FormVariable>();
  readonly #key: string;
  readonly #storage: Storage | null;

  constructor(path: string, storage: Storage | null) {
    this.#key = `runbook.local.values:${path}`;
    this.#storage = storage;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes over the forms of the document as it is now. What was typed into a form that is gone is kept for its return. */
  adopt({ segments }: Pick<LocalRunbook, "segments">): void {
    const isFirst = this.#variables.size === 0;
    this.#variables = new Map(
      componentsOf(segments).flatMap((it: LocalComponent) => (it.form?.variables ?? []).map((variable) => [keyOf(it.id, variable.name), variable] as const)),
    );
    if (isFirst) this.typed = this.#kept();
    this.publish();
  }

  set(form: string, name: string, value: unknown): void {
    this.typed = { ...this.typed, [form]: { ...this.typed[form], [name]: value } };
    this.problems = this.problems.filter((it) => it.inputsId !== form || it.name !== name);
    this.#keep();
    this.#publishSoon();
    this.#changed();
  }

  /** Back to what its author has filled in. */
  reset(form: string): void {
    const { [form]: _, ...others } = this.typed;
    this.typed = others;
    this.problems = this.problems.filter((it) => it.inputsId !== form);
    this.#keep();
    this.publish();
  }

  problemOf(form: string, name: string): string | null {
    return this.problems.find((it) => it.inputsId === form && it.name === name)?.message ?? null;
  }

  refuse(problems: readonly ValueProblem[]): void {
    this.problems = problems;
    this.#changed();
  }

  publish(): void {
    this.close();
    this.published = this.typed;
    this.#changed();
  }

  /** Publishes nothing more by itself. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #publishSoon(): void {
    this.close();
    this.#timer = setTimeout(() => this.publish(), settleMs);
  }

  #kept(): ValuesByForm {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      return this.#harmless(typeof kept === "object" && kept !== null ? (kept as ValuesByForm) : {});
    } catch {
      return {};
    }
  }

  #keep(): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#harmless(this.typed)));
    } catch {
      // Without room in the browser, values last until the page is left.
    }
  }

  /** Only what is known not to be sensitive: a form may be gone, or may have become so. */
  #harmless(typed: ValuesByForm): ValuesByForm {
    const forms = Object.entries(typed).map(([form, values]) => {
      const harmless = Object.entries(values).filter(([name]) => this.#variables.get(keyOf(form, name))?.sensitive === false);
      return [form, Object.fromEntries(harmless)] as const;
    });
    return Object.fromEntries(forms.filter(([, values]) => Object.keys(values).length > 0));
  }

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}

const keyOf = (form: string, name: string) => `${form}\n${name}`;
