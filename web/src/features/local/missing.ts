/** What a component waits for, in words. */
import type { LocalComponent, LocalPreview } from "@/api/local-schema.ts";
import { outputOf, type Given } from "./fill.ts";

/** What it cannot act without: as the server says, or as far as the page can tell before it does. */
export function missingOf({ needs }: LocalComponent, given: Given, preview: LocalPreview | null): string[] {
  if (preview && preview.text !== null) return [];
  const outputs = needs.outputs.filter(({ block, output }) => outputOf(given.outputs, block, output) === undefined);
  const known = outputs.map(({ block, output }) => `output ${output} of ${block}`);
  const told = preview?.missing.filter((it) => !known.some((other) => isSame(it, other))) ?? [];
  return [...known, ...told];
}

/** The server calls an output `block.name`. */
function isSame(told: string, known: string): boolean {
  const words = /^output (\S+) of (\S+)$/.exec(known);
  return words !== null && told.replaceAll("-", "_").endsWith(`${words[2]}.${words[1]}`.replaceAll("-", "_"));
}

export function waitsFor(missing: readonly string[]): string {
  return `Waits for ${missing.join(", ")}.`;
}
