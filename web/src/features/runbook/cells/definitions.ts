/** Links and footnotes that are defined in one place of a document and used in others. */
import type { Cell } from "./cell-list.ts";

const definition = /^ {0,3}\[([^\]\n]+)\]:/;

/** Each label with the cell that defines it. */
export function definitionsOf(cells: readonly Cell[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, source } of cells) {
    if (kind !== "prose" || !source.includes("]:")) continue;
    for (const part of partsOf(source)) {
      const label = definition.exec(part)?.[1]?.toLowerCase();
      if (label !== undefined && !found.has(label)) found.set(label, part);
    }
  }
  return found;
}

/** A cell's definitions, each with the lines that belong to it. */
function partsOf(source: string): string[] {
  return source.split(/\r?\n(?= {0,3}\[[^\]\n]+\]:)/);
}

/** Those that a cell uses and does not have itself. */
export function definitionsFor(source: string, all: ReadonlyMap<string, string>): string {
  if (all.size === 0 || !source.includes("[")) return "";
  const used = [...all].filter(([label, text]) => source.toLowerCase().includes(`[${label}]`) && !source.includes(text));
  return used.map(([, text]) => text).join("\n\n");
}

/** Whether readers see nothing of a cell: it holds only definitions or comments. */
export function isSilent({ kind, source }: Pick<Cell, "kind" | "source">): boolean {
  if (kind !== "prose") return false;
  if (/^\s*(?:<!--[\s\S]*?-->\s*)+$/.test(source)) return true;
  return source.split(/\r?\n/).every((line, at) => definition.test(line) || (at > 0 && /^(?: {4}|\t|\s*$)/.test(line)));
}
