/** Between what a field of a form holds and what a value is in JSON. */
import type { FormVariable } from "@/api/local-schema.ts";

/** What is typed becomes a number where it is one; otherwise it is sent as it is, and the server says what is wrong. */
export function numberOf(text: string, kind: "int" | "float"): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const isNumber = kind === "int" ? /^[+-]?\d+$/.test(trimmed) : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed);
  const value = Number(trimmed);
  return isNumber && (kind === "float" || Number.isSafeInteger(value)) ? value : text;
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

/** Bytes that a value must have, as the server hides it in what is printed. */
const leastHidden = 4;

/** Whether something was typed that would be shown wherever it is printed. */
export function isTooShortToHide(value: unknown): boolean {
  const bytes = new TextEncoder().encode(textOf(value)).length;
  return bytes > 0 && bytes < leastHidden;
}

export type Entry = readonly [key: string, value: unknown];

export function entriesOf(value: unknown): Entry[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** A key that no entry has. */
export function freshKey(entries: readonly Entry[], label: string): string {
  const taken = new Set(entries.map(([key]) => key));
  for (let number = entries.length + 1; ; number += 1) {
    const key = `${label}${number}`;
    if (!taken.has(key)) return key;
  }
}

/** An entry of a map with fields, with nothing in it. */
export function emptyEntry(schema: NonNullable<FormVariable["schema"]>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).map(([name, kind]) => [name, kind === "bool" ? false : ""]));
}
