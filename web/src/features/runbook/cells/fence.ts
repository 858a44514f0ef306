/** The fence of a block of code: how its lines are recognised, and how long it must be for a code. */

export interface FenceOpening {
  /** Spaces before the marker, at most three; as many are taken from each line of the code. */
  prefix: string;
  character: "`" | "~";
  length: number;
  info: string;
}

export function openingOf(line: string): FenceOpening | null {
  const found = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line);
  if (!found) return null;
  const [, prefix = "", marker = "", info = ""] = found;
  const character = marker.startsWith("~") ? "~" : "`";
  if (character === "`" && info.includes("`")) return null;
  return { prefix, character, length: marker.length, info: info.trim() };
}

export function closes(line: string, { character, length }: FenceOpening): boolean {
  const found = /^ {0,3}(`+|~+)[ \t]*$/.exec(line);
  const marker = found?.[1] ?? "";
  return marker.startsWith(character) && marker.length >= length;
}

/** How long a fence of this character must be, so that no line of the code can end it. At least `length`. */
export function lengthFor(code: string, { character, length }: Pick<FenceOpening, "character" | "length">): number {
  let needed = length;
  for (const run of code.matchAll(character === "~" ? /^[ \t]*(~{3,})/gm : /^[ \t]*(`{3,})/gm)) {
    needed = Math.max(needed, (run[1]?.length ?? 0) + 1);
  }
  return needed;
}

/** What has to follow a text so that no fence that it opens stays open: a closing line, or nothing. */
export function sealOf(prose: string): string {
  let open: FenceOpening | null = null;
  for (const line of prose.split(/\r?\n/)) {
    if (open === null) open = openingOf(line);
    else if (closes(line, open)) open = null;
  }
  return open === null ? "" : `${open.prefix}${open.character.repeat(open.length)}`;
}
