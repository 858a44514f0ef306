/** What changed between two texts, by lines: the shortest list of lines taken and added, as Myers found it. */

export interface DiffLine {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Steps after which two texts are taken to have nothing in common: the search is quadratic in them. */
const mostSteps = 600;

export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const fresh = after.split("\n");
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  return [
    ...old.slice(0, start).map(same),
    ...changed(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end)),
    ...old.slice(old.length - end).map(same),
  ];
}

function same(text: string): DiffLine {
  return { kind: "same", text };
}

/** Lines between the first and the last difference. */
function changed(old: readonly string[], fresh: readonly string[]): DiffLine[] {
  // For each step the farthest place in `old` that each diagonal reaches.
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let step = 0; step <= Math.min(old.length + fresh.length, mostSteps); step += 1) {
    trace.push(new Map(reach));
    for (let diagonal = -step; diagonal <= step; diagonal += 2) {
      let at = advance(reach, diagonal, step);
      while (at < old.length && at - diagonal < fresh.length && old[at] === fresh[at - diagonal]) at += 1;
      reach = reach.set(diagonal, at);
      if (at >= old.length && at - diagonal >= fresh.length) return walkBack(trace, old, fresh);
    }
  }
  return [...old.map((text): DiffLine => ({ kind: "removed", text })), ...fresh.map((text): DiffLine => ({ kind: "added", text }))];
}

/** Where a diagonal begins in this step: below the one on its right, or right of the one on its left. */
function advance(reach: ReadonlyMap<number, number>, diagonal: number, step: number): number {
  const left = reach.get(diagonal - 1) ?? -1;
  const right = reach.get(diagonal + 1) ?? -1;
  return diagonal === -step || (diagonal !== step && left < right) ? right : left + 1;
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], old: readonly string[], fresh: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [old.length, fresh.length];
  for (let step = trace.length - 1; step >= 0; step -= 1) {
    const reach = trace[step] ?? new Map<number, number>();
    const diagonal = x - y;
    const left = reach.get(diagonal - 1) ?? -1;
    const right = reach.get(diagonal + 1) ?? -1;
    const down = diagonal === -step || (diagonal !== step && left < right);
    const fromX = step === 0 ? 0 : down ? right : left;
    const fromY = step === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && old[x - 1] === fresh[y - 1]) {
      x -= 1;
      y -= 1;
      lines.push(same(old[x] ?? ""));
    }
    if (step === 0) break;
    if (down) lines.push({ kind: "added", text: fresh[fromY] ?? "" });
    else lines.push({ kind: "removed", text: old[fromX] ?? "" });
    [x, y] = [fromX, fromY];
  }
  return lines.toReversed();
}
