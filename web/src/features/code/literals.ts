/** Values as source code of other languages, so that what is copied means exactly what was typed. */

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value | undefined };

/** A value as an expression of Python. */
export function python(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (isList(value)) return `[${value.map(python).join(", ")}]`;
  return `{${entries(value).map(([key, it]) => `${quoted(key)}: ${python(it)}`).join(", ")}}`;
}

/** A value as an expression of TypeScript. */
export function typescript(value: Value): string {
  if (value === null || typeof value !== "object") return typeof value === "string" ? quoted(value) : String(value);
  if (isList(value)) return `[${value.map(typescript).join(", ")}]`;
  const fields = entries(value).map(([key, it]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : quoted(key)}: ${typescript(it)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** A text of several lines, readable as such, in Python. */
export function pythonText(text: string): string {
  if (!text.includes("\n")) return quoted(text);
  return `"""\\\n${escaped(text.replaceAll("\\", "\\\\").replace(/"(?="|$)/g, '\\"'))}"""`;
}

/** A text of several lines, readable as such, in TypeScript. */
export function typescriptText(text: string): string {
  if (!text.includes("\n")) return quoted(text);
  return `\`${escaped(text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${"))}\``;
}

/** JSON's strings are strings in both languages. */
function quoted(text: string): string {
  return escaped(JSON.stringify(text));
}

/** Escapes what source files cannot hold or what their readers change: control characters, halves of pairs. */
function escaped(text: string): string {
  // Control characters are what it looks for.
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029]|\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isList(value: readonly Value[] | object): value is readonly Value[] {
  return Array.isArray(value);
}

function entries(value: { readonly [key: string]: Value | undefined }): [string, Value][] {
  return Object.entries(value).flatMap(([key, it]) => (it === undefined ? [] : [[key, it] as [string, Value]]));
}
