import { useMemo } from "react";
import { diffLines, type DiffLine } from "./line-diff.ts";

/** Unchanged lines shown around each change. */
const context = 3;

const looks: Record<DiffLine["kind"], string> = {
  same: "",
  removed: "bg-failure-soft text-failure",
  added: "bg-success-soft text-success",
};
const marks: Record<DiffLine["kind"], string> = { same: " ", removed: "−", added: "+" };

/** What changed, with a few lines around it. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const pieces = useMemo(() => nearChanges(diffLines(before, after)), [before, after]);
  return <DiffPieces pieces={pieces} label={label} />;
}

/** Lines of a comparison that was made already; null stands for a gap. */
export function DiffPieces({ pieces, label }: { pieces: readonly (DiffLine | null)[]; label: string }) {
  return (
    <div className="mt-3 overflow-hidden rounded-lg border border-line">
      <p className="border-b border-line bg-sunken px-4 py-2 text-[0.8125rem] text-ink-soft">{label}</p>
      {pieces.length === 0 ? (
        <p className="px-4 py-3 text-sm text-ink-faint">They are the same.</p>
      ) : (
        <pre tabIndex={0} role="region" aria-label={label} className="code max-h-[30rem] overflow-auto py-1 text-[0.8125rem] focus-visible:-outline-offset-2">
          <div className="w-max min-w-full">
            {pieces.map((line, at) => (
              // Lines of an unchanging comparison: their place is their identity.
              // oxlint-disable-next-line react/no-array-index-key
              <div key={at} className={`px-4 ${line ? looks[line.kind] : "text-ink-faint"}`}>
                {line ? `${marks[line.kind]} ${line.text}` : "  ⋯"}
              </div>
            ))}
          </div>
        </pre>
      )}
    </div>
  );
}

/** Lines near a change; null stands for a gap. */
export function nearChanges(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const near = new Set<number>();
  for (const [at, line] of lines.entries()) {
    if (line.kind === "same") continue;
    for (let other = at - context; other <= at + context; other += 1) near.add(other);
  }
  const shown: (DiffLine | null)[] = [];
  for (const [at, line] of lines.entries()) {
    if (near.has(at)) shown.push(line);
    else if (near.size > 0 && shown.at(-1) !== null) shown.push(null);
  }
  return shown;
}
