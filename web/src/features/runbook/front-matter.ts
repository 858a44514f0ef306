/**
 * Hides front matter without moving anything: its lines become empty, so that the line of every
 * node in the rendered document is still the line of the source.
 */
export function withoutFrontMatter(content: string, lines: number): string {
  if (lines <= 0) return content;
  let at = 0;
  for (let line = 0; line < lines; line += 1) {
    const end = content.indexOf("\n", at);
    if (end < 0) return "\n".repeat(line);
    at = end + 1;
  }
  return "\n".repeat(lines) + content.slice(at);
}
