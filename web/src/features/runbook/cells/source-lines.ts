/** A text as lines, each with where it stands. Endings are `\n` or `\r\n`; neither is part of a line. */

export interface SourceLine {
  text: string;
  /** Offset of its first character. */
  from: number;
  /** Offset behind its last character, before the ending. */
  to: number;
}

/** A text that ends with a line ending has no empty line after it. */
export function linesOf(text: string, from = 0, until = text.length): SourceLine[] {
  const lines: SourceLine[] = [];
  let at = from;
  while (at < until) {
    const found = text.indexOf("\n", at);
    const end = found < 0 || found >= until ? until : found;
    const to = end > at && end < until && text[end - 1] === "\r" ? end - 1 : end;
    lines.push({ text: text.slice(at, to), from: at, to });
    at = end + 1;
  }
  return lines;
}

/** The line ending that the text uses, judged by its first line. */
export function endingOf(text: string): "\n" | "\r\n" {
  const first = text.indexOf("\n");
  return first > 0 && text[first - 1] === "\r" ? "\r\n" : "\n";
}

/** Columns of white space before the first other character; a tab reaches to the next multiple of four. */
export function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === " ") columns += 1;
    else if (character === "\t") columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}

export function isBlank(line: string): boolean {
  return line.trim() === "";
}

/** Line endings in a part of a text. */
export function linesIn(text: string, from = 0, to = text.length): number {
  let found = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) found += 1;
  return found;
}
