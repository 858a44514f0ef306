/** Finds text in what a program has written, line by line. */
import type { Part } from "./execution-state.ts";

export interface Hit {
  part: number;
  line: number;
}

export interface FoundLines {
  readonly lines: ReadonlySet<number>;
  /** The one that the reader is at. */
  readonly current: number | null;
}

/** More hits than this are not told apart. */
const mostHits = 10_000;

/** The lines that hold `text`, in order; capitals do not matter. */
export function find(parts: readonly Part[], text: string): Hit[] {
  const wanted = text.toLowerCase();
  const hits: Hit[] = [];
  if (wanted === "") return hits;
  for (const part of parts) {
    if (part.kind !== "text") continue;
    for (let line = 0; line < part.buffer.lineCount; line += 1) {
      const runs = part.buffer.lines[line]?.runs ?? [];
      if (!runs.map((run) => run.text).join("").toLowerCase().includes(wanted)) continue;
      hits.push({ part: part.key, line });
      if (hits.length === mostHits) return hits;
    }
  }
  return hits;
}

/** The hits by part, with the one at `at` marked. */
export function foundIn(hits: readonly Hit[], at: number): ReadonlyMap<number, FoundLines> {
  const lines = new Map<number, Set<number>>();
  for (const hit of hits) lines.set(hit.part, (lines.get(hit.part) ?? new Set()).add(hit.line));
  const current = hits[at];
  return new Map([...lines].map(([part, found]) => [part, { lines: found, current: current?.part === part ? current.line : null }]));
}
