/** A unified diff, as git writes it, as lines to be drawn. */
import type { Hunk } from "@/api/agent-events.ts";
import type { DiffLine } from "@/ui/line-diff.ts";

export interface DiffFile {
  path: string;
  /** What became of the file beside its lines. */
  note: "added" | "removed" | "renamed" | "binary" | null;
  /** Null stands for a gap. */
  pieces: (DiffLine | null)[];
}

const kinds: Record<string, DiffLine["kind"]> = { "+": "added", "-": "removed", " ": "same" };

export function filesOf(diff: string): DiffFile[] {
  const files: DiffFile[] = [];
  /** Lines that the hunk still has, of each side: within it, "--- a" is a line that was removed. */
  let left = { before: 0, after: 0 };
  for (const line of diff.split("\n")) {
    const file = files.at(-1);
    if (left.before > 0 || left.after > 0) {
      left = takeLine(file, line, left);
    } else if (line.startsWith("diff --git ")) {
      files.push({ path: /^diff --git "?a\/.*?"? "?b\/(.*?)"?$/.exec(line)?.[1] ?? line.slice(11), note: null, pieces: [] });
    } else if (file) {
      left = takeHeader(file, line) ?? left;
    }
  }
  return files;
}

interface Left {
  before: number;
  after: number;
}

function takeLine(file: DiffFile | undefined, line: string, left: Left): Left {
  // An editor may have taken the space of an empty line.
  const mark = line.charAt(0) || " ";
  const kind = kinds[mark];
  if (!kind) return left;
  file?.pieces.push({ kind, text: line.slice(1) });
  return { before: left.before - (kind === "added" ? 0 : 1), after: left.after - (kind === "removed" ? 0 : 1) };
}

/** What stands between files and hunks. Gives the length of the hunk that begins. */
function takeHeader(file: DiffFile, line: string): Left | null {
  const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
  if (hunk) {
    if (file.pieces.length > 0) file.pieces.push(null);
    return { before: Number(hunk[1] ?? 1), after: Number(hunk[2] ?? 1) };
  }
  if (line.startsWith("new file ")) file.note = "added";
  else if (line.startsWith("deleted file ")) file.note = "removed";
  else if (line.startsWith("rename to ")) file.note = "renamed";
  else if (line.startsWith("Binary files ") || line.startsWith("GIT binary patch")) file.note = "binary";
  return null;
}

export function piecesOfHunks(hunks: readonly Hunk[]): (DiffLine | null)[] {
  return hunks.flatMap((hunk, at) => [...(at > 0 ? [null] : []), ...hunk.lines.map(lineOf)]);
}

function lineOf(line: string): DiffLine {
  return { kind: kinds[line.charAt(0)] ?? "same", text: line.slice(1) };
}

/** How many lines came and went. */
export function linesOf({ pieces }: DiffFile): { added: number; removed: number } {
  const count = (kind: DiffLine["kind"]) => pieces.filter((it) => it?.kind === kind).length;
  return { added: count("added"), removed: count("removed") };
}
