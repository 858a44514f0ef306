/**
 * Colours and weights of terminal output: turns the parameters of `ESC [ … m` into a style.
 * Styles are interned, so two runs look the same exactly when their styles are the same object.
 */

export interface Style {
  /** Class names for named colours and weights, so that they follow the theme. */
  readonly className: string;
  /** CSS colours for the 256-colour and 24-bit palettes, which are absolute. */
  readonly color: string | null;
  readonly background: string | null;
}

interface Pen {
  fg: string | null;
  bg: string | null;
  flags: ReadonlySet<Flag>;
}

type Flag = "bold" | "dim" | "italic" | "underline" | "inverse" | "strike";

const flagOn = new Map<number, Flag>([
  [1, "bold"],
  [2, "dim"],
  [3, "italic"],
  [4, "underline"],
  [7, "inverse"],
  [9, "strike"],
]);

const flagsOff = new Map<number, Flag[]>([
  [21, ["bold"]],
  [22, ["bold", "dim"]],
  [23, ["italic"]],
  [24, ["underline"]],
  [27, ["inverse"]],
  [29, ["strike"]],
]);

const plain: Pen = { fg: null, bg: null, flags: new Set() };
const interned = new Map<string, Style>();

/** The rendition that one stream has selected so far. */
export class Rendition {
  #pen: Pen = plain;
  #style: Style | null = null;

  /** The current style, or null while it is the default. */
  get style(): Style | null {
    return this.#style;
  }

  /** Applies "select graphic rendition" parameters, as in `1;31` or `38:2::255:0:0`. */
  select(parameters: string): void {
    const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
    let pen = this.#pen;
    for (let at = 0; at < codes.length; at += 1) {
      const code = codes[at] ?? 0;
      if (code === 38 || code === 48) {
        const [colour, used] = extended(codes, at + 1);
        if (colour) pen = code === 38 ? { ...pen, fg: colour } : { ...pen, bg: colour };
        at += used;
      } else {
        pen = apply(pen, code);
      }
    }
    this.#pen = pen;
    this.#style = intern(pen);
  }
}

function apply(pen: Pen, code: number): Pen {
  if (code === 0) return plain;
  const on = flagOn.get(code);
  if (on) return { ...pen, flags: new Set(pen.flags).add(on) };
  const off = flagsOff.get(code);
  if (off) return { ...pen, flags: new Set([...pen.flags].filter((flag) => !off.includes(flag))) };
  if (code === 39) return { ...pen, fg: null };
  if (code === 49) return { ...pen, bg: null };
  if (code >= 30 && code <= 37) return { ...pen, fg: `@${code - 30}` };
  if (code >= 90 && code <= 97) return { ...pen, fg: `@${code - 82}` };
  if (code >= 40 && code <= 47) return { ...pen, bg: `@${code - 40}` };
  if (code >= 100 && code <= 107) return { ...pen, bg: `@${code - 92}` };
  return pen;
}

/** A colour after 38 or 48, and how many codes it took. */
function extended(codes: number[], at: number): [string | null, number] {
  if (codes[at] === 5) return [indexed(codes[at + 1] ?? 0), 2];
  if (codes[at] === 2) {
    const [r, g, b] = codes.slice(at + 1, at + 4);
    return [`rgb(${byte(r)} ${byte(g)} ${byte(b)})`, 4];
  }
  return [null, 0];
}

/** The xterm palette: 16 named colours, a 6×6×6 cube, 24 greys. */
function indexed(index: number): string | null {
  if (index < 16) return `@${index}`;
  if (index > 255) return null;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}

function level(step: number): number {
  return step === 0 ? 0 : 55 + step * 40;
}

function byte(value: number | undefined): number {
  return Math.min(255, Math.max(0, value ?? 0));
}

function intern(pen: Pen): Style | null {
  if (pen.fg === null && pen.bg === null && pen.flags.size === 0) return null;
  const key = `${pen.fg}|${pen.bg}|${[...pen.flags].toSorted().join()}`;
  const known = interned.get(key);
  if (known) return known;
  const classes = [...pen.flags].toSorted().map((flag) => `ansi-${flag}`);
  if (pen.fg?.startsWith("@")) classes.push(`ansi-fg-${pen.fg.slice(1)}`);
  if (pen.bg?.startsWith("@")) classes.push(`ansi-bg-${pen.bg.slice(1)}`);
  const style: Style = {
    className: classes.join(" "),
    color: pen.fg && !pen.fg.startsWith("@") ? pen.fg : null,
    background: pen.bg && !pen.bg.startsWith("@") ? pen.bg : null,
  };
  // Truecolour gradients could fill the table without end; forgetting only costs a merge.
  if (interned.size > 4096) interned.clear();
  interned.set(key, style);
  return style;
}
