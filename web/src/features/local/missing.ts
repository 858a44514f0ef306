/** What a component waits for, in words. */
import type { LocalComponent, LocalPreview } from "@/api/local-schema.ts";
import { outputOf, type Given } from "./fill.ts";

/** What it cannot act without, as paths of templates: what the server says, and before that what the page can tell. */
export function missingOf({ needs }: LocalComponent, given: Given, preview: LocalPreview | null): string[] {
  if (preview && preview.text !== null) return [];
  const outputs = needs.outputs.filter(({ block, output }) => outputOf(given.outputs, block, output) === undefined);
  const known = outputs.map(({ block, output }) => `outputs.${block}.${output}`);
  const missing = new Map([...known, ...(preview?.missing ?? [])].map((path) => [path.replaceAll("-", "_"), path]));
  return [...missing.values()];
}

export function waitsFor(missing: readonly string[]): string {
  return `Waits for ${missing.map(wordsOf).join(", ")}.`;
}

function wordsOf(path: string): string {
  const [root, ...names] = path.split(".");
  if (root === "inputs") return `input ${names.join(".")}`;
  return root === "outputs" && names.length > 1 ? `output ${names.slice(1).join(".")} of ${names[0]}` : path;
}
