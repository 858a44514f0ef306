/** Takes the delimiters off a formula, as programs write them: `$x$`, `$$x$$`, `\(x\)`, `\[x\]`. */
export function bareTex(tex: string): { text: string; display: boolean } {
  const whole = tex.trim();
  for (const [open, close, display] of delimiters) {
    if (whole.length < open.length + close.length || !whole.startsWith(open) || !whole.endsWith(close)) continue;
    const text = whole.slice(open.length, -close.length).trim();
    return { text, display: display || text.startsWith("\\displaystyle") };
  }
  return { text: whole, display: true };
}

const delimiters: readonly (readonly [string, string, boolean])[] = [
  ["$$", "$$", true],
  ["$", "$", false],
  ["\\[", "\\]", true],
  ["\\(", "\\)", false],
];
