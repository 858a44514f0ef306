/**
 * What a program has written, as lines ready to show: an incremental model of a terminal that
 * scrolls for ever. It understands carriage return, backspace, tabs, colours, erasing and moving
 * within what was written; other control sequences are swallowed. It knows nothing of React.
 *
 * A buffer grows in place: whoever holds it compares `revision`, not identity.
 */
import { Rendition, type Style } from "./ansi.ts";

export type Stream = "stdout" | "stderr";

/** Consecutive characters of one line with the same look. */
export interface Run {
  text: string;
  readonly style: Style | null;
  readonly stream: Stream;
}

export interface Line {
  readonly runs: Run[];
  /** In UTF-16 units, the sum over the runs. */
  length: number;
}

interface Source {
  rendition: Rendition;
  /** The start of a control sequence whose end has not arrived. */
  pending: string;
  decoder: TextDecoder;
}

// Control characters are what it looks for.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/g;
const escape = "\u001b";
// Longer than any real sequence; an unfinished one beyond it is dropped instead of kept for ever.
const pendingLimit = 8192;

export class OutputBuffer {
  readonly lines: Line[] = [{ runs: [], length: 0 }];
  revision = 0;
  /** Decoded length of everything written, control sequences included. */
  characters = 0;
  /** What arrived, unchanged, for a download with the very bytes of the program. */
  readonly raw: (string | Uint8Array<ArrayBuffer>)[] = [];

  #row = 0;
  #column = 0;
  #sources: Record<Stream, Source> = { stdout: source(), stderr: source() };

  get isEmpty(): boolean {
    return this.characters === 0;
  }

  /** How many lines there are to show: a trailing newline starts no visible line. */
  get lineCount(): number {
    const last = this.lines.at(-1);
    return last?.length === 0 ? this.lines.length - 1 : this.lines.length;
  }

  write(stream: Stream, data: string, encoding?: "base64"): void {
    this.revision += 1;
    const from = this.#sources[stream];
    if (encoding === "base64") {
      const bytes = bytesOf(data);
      this.raw.push(bytes);
      this.#text(stream, from, from.decoder.decode(bytes, { stream: true }));
    } else {
      this.raw.push(data);
      this.#text(stream, from, from.decoder.decode() + data);
    }
  }

  /** The lines as plain text, for the clipboard. */
  text(): string {
    return this.lines
      .slice(0, this.lineCount)
      .map((line) => line.runs.map((run) => run.text).join(""))
      .join("\n");
  }

  #text(stream: Stream, from: Source, data: string): void {
    this.characters += data.length;
    const text = from.pending + data;
    from.pending = "";
    let at = 0;
    control.lastIndex = 0;
    for (let found = control.exec(text); found; found = control.exec(text)) {
      if (found.index > at) this.#put(stream, from, text.slice(at, found.index));
      if (found[0] === escape) {
        at = this.#sequence(from, text, found.index);
        if (at < 0) return;
        control.lastIndex = at;
      } else {
        this.#control(stream, from, found[0]);
        at = found.index + 1;
      }
    }
    if (at < text.length) this.#put(stream, from, text.slice(at));
  }

  #control(stream: Stream, from: Source, character: string): void {
    if (character === "\n") this.#moveTo(this.#row + 1, 0);
    else if (character === "\r") this.#column = 0;
    else if (character === "\b") this.#back();
    else if (character === "\t") this.#put(stream, from, " ".repeat(8 - (this.#column % 8)));
    else if (character === "\f" || character === "\v") this.#moveTo(this.#row + 1, 0);
  }

  #back(): void {
    if (this.#column === 0) return;
    this.#column -= 1;
    if (isLowSurrogate(unitAt(this.#line(), this.#column)) && this.#column > 0) this.#column -= 1;
  }

  /** Handles the sequence that starts at `start`; gives where it ends, or -1 if the rest is yet to come. */
  #sequence(from: Source, text: string, start: number): number {
    const length = sequenceLength(text, start);
    if (length < 0) {
      from.pending = text.length - start > pendingLimit ? "" : text.slice(start);
      return -1;
    }
    if (text[start + 1] === "[") {
      const parameters = text.slice(start + 2, start + length - 1);
      this.#csi(from, parameters, text[start + length - 1] ?? "");
    }
    return start + length;
  }

  #csi(from: Source, parameters: string, final: string): void {
    if (final === "m") {
      if (!/^[<=>?]/.test(parameters)) from.rendition.select(parameters);
      return;
    }
    const count = Number.parseInt(parameters, 10);
    const n = Math.max(1, Number.isNaN(count) ? 1 : count);
    if (final === "A") this.#row = Math.max(0, this.#row - n);
    else if (final === "B") this.#row = Math.min(this.lines.length - 1, this.#row + n);
    else if (final === "C") this.#column += Math.min(n, 1000);
    else if (final === "D") this.#column = Math.max(0, this.#column - n);
    else if (final === "E") this.#moveTo(Math.min(this.#row + n, this.lines.length), 0);
    else if (final === "F") this.#moveTo(Math.max(0, this.#row - n), 0);
    else if (final === "G") this.#column = Math.min(n, 10_000) - 1;
    else if (final === "K") this.#eraseLine(Number.isNaN(count) ? 0 : count);
    else if (final === "J") this.#eraseScreen(Number.isNaN(count) ? 0 : count);
  }

  #eraseLine(mode: number): void {
    const line = this.#line();
    if (mode === 2) replace(line, 0, line.length, null);
    else if (mode === 0) replace(line, this.#column, line.length, null);
    else replace(line, 0, this.#column, { text: " ".repeat(this.#column), style: null, stream: "stdout" });
  }

  #eraseScreen(mode: number): void {
    if (mode === 0) {
      this.#eraseLine(0);
      this.lines.length = this.#row + 1;
    } else if (mode >= 2) {
      this.lines.length = 0;
      this.#moveTo(0, 0);
    }
  }

  #put(stream: Stream, from: Source, text: string): void {
    const line = this.#line();
    const run: Run = { text, style: from.rendition.style, stream };
    if (this.#column > line.length) {
      append(line, { text: " ".repeat(this.#column - line.length), style: null, stream });
    }
    if (this.#column === line.length) append(line, run);
    else replace(line, this.#column, this.#column + text.length, run);
    this.#column += text.length;
  }

  #moveTo(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    while (this.lines.length <= row) this.lines.push({ runs: [], length: 0 });
  }

  #line(): Line {
    const line = this.lines[this.#row];
    if (!line) throw new RangeError(`row ${this.#row} of ${this.lines.length} lines`);
    return line;
  }
}

function source(): Source {
  return { rendition: new Rendition(), pending: "", decoder: new TextDecoder("utf-8", { ignoreBOM: true }) };
}

/** Length of the control sequence at `start`, or -1 if it is unfinished. */
function sequenceLength(text: string, start: number): number {
  const kind = text[start + 1];
  if (kind === undefined) return -1;
  if (kind === "[") {
    for (let at = start + 2; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x40 && unit <= 0x7e) return at + 1 - start;
      // A control character inside a sequence ends it: the program was cut off.
      if (unit < 0x20) return at - start;
    }
    return -1;
  }
  if (kind === "]" || kind === "P" || kind === "_" || kind === "^") {
    for (let at = start + 2; at < text.length; at += 1) {
      if (text[at] === "\u0007") return at + 1 - start;
      if (text[at] === escape && text[at + 1] === "\\") return at + 2 - start;
    }
    return -1;
  }
  // `ESC ( B` selects a character set in three characters; the others take two.
  if ("()*+#% ".includes(kind)) return text.length > start + 2 ? 3 : -1;
  return 2;
}

function append(line: Line, run: Run): void {
  const last = line.runs.at(-1);
  if (last && last.style === run.style && last.stream === run.stream) last.text += run.text;
  else line.runs.push(run);
  line.length += run.text.length;
}

/** Puts `run` in place of the units from `start` to `end`; without a run, cuts them out. */
function replace(line: Line, start: number, end: number, run: Run | null): void {
  const old = line.runs.splice(0);
  const tail = isLowSurrogate(unitIn(old, end)) ? end + 1 : end;
  line.length = 0;
  copy(line, old, 0, start);
  if (run) append(line, run);
  copy(line, old, tail, Number.POSITIVE_INFINITY);
}

function copy(line: Line, runs: readonly Run[], start: number, end: number): void {
  let at = 0;
  for (const run of runs) {
    const text = run.text.slice(Math.max(0, start - at), Math.max(0, end - at));
    if (text !== "") append(line, { ...run, text });
    at += run.text.length;
  }
}

function unitAt(line: Line, column: number): number {
  return unitIn(line.runs, column);
}

function unitIn(runs: readonly Run[], column: number): number {
  let at = column;
  for (const run of runs) {
    if (at < run.text.length) return run.text.charCodeAt(at);
    at -= run.text.length;
  }
  return Number.NaN;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
