import type { MarkedText as Marked } from "@/api/schema.ts";

/** A text with what was found in it. */
export function MarkedText({ text: { text, marks } }: { text: Marked }) {
  return pieces(text, marks).map(({ piece, at, marked }) =>
    marked ? (
      <mark key={at} className="rounded-sm bg-warning-soft font-medium text-ink">
        {piece}
      </mark>
    ) : (
      <span key={at}>{piece}</span>
    ),
  );
}

interface Piece {
  piece: string;
  at: number;
  marked: boolean;
}

/** Cuts a text at its marks, which are in order and apart from each other. */
export function pieces(text: string, marks: readonly (readonly number[])[]): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  const take = (to: number, marked: boolean) => {
    const end = Math.min(to, text.length);
    if (end > at) found.push({ piece: text.slice(at, end), at, marked });
    at = Math.max(at, end);
  };
  for (const [start = 0, end = 0] of marks) {
    take(start, false);
    take(end, true);
  }
  take(text.length, false);
  return found;
}
