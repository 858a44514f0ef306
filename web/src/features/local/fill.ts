/**
 * Values in words that are only shown: titles, descriptions, messages. Scripts and templates are filled in by the
 * server; here a value that is missing is no error, and what names it stays as it is written.
 */
import type { Outputs, Values } from "@/api/local-schema.ts";

export interface Given {
  inputs: Values;
  outputs: Outputs;
}

/** `{{ .inputs.Name }}`, `{{ .outputs.block.name }}` or the older `{{ .Name }}`, perhaps with functions, which are ignored. */
const expression = /\{\{-?\s*\.([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*(?:\|[^}]*?)?-?\}\}/g;

/** Markdown with its values in it: values are text in it, and what is missing is code. */
export function fill(text: string, given: Given): string {
  return text.replace(expression, (written: string, path: string) => {
    const value = valueAt(path.split("."), given);
    return value === null ? `\`${written}\`` : plain(value);
  });
}

/** The same for what is no Markdown. */
export function fillPlain(text: string, given: Given): string {
  return text.replace(expression, (written: string, path: string) => valueAt(path.split("."), given) ?? written);
}

function valueAt(path: readonly string[], { inputs, outputs }: Given): string | null {
  const [root = "", ...rest] = path;
  if (root === "outputs") return wordsOf(outputOf(outputs, rest[0] ?? "", rest[1] ?? ""));
  const names = root === "inputs" ? rest : path;
  return wordsOf(names.length === 0 ? undefined : names.reduce<unknown>(memberOf, inputs));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Values)[name] : undefined;
}

function wordsOf(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** Blocks are called by their id, with `_` or `-`. */
export function outputOf(outputs: Outputs, block: string, name: string): string | undefined {
  const [, values] = Object.entries(outputs).find(([id]) => sameId(id, block)) ?? [];
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

export function sameId(one: string, other: string): boolean {
  return one.replaceAll("-", "_") === other.replaceAll("-", "_");
}

function plain(value: string): string {
  return value.replace(/[\\`*_{}[\]()#+.!|<>~:&-]/g, String.raw`\$&`);
}
