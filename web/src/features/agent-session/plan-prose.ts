/** The text of a plan that belongs to no step: what stands before the first one, and what follows the last. */

export interface PlanProse {
  before: string;
  after: string;
}

interface Heading {
  level: number;
  text: string;
}

/** `numbers` are those of the plan's steps, in order. Their own text is told by the server. */
export function planProse(text: string, numbers: readonly string[]): PlanProse {
  const before: string[] = [];
  const after: string[] = [];
  let next = 0;
  /** Levels of the headings of the steps that are open. */
  let open: number[] = [];
  for (const { line, heading } of linesOf(text)) {
    const number = numbers[next];
    if (heading && number !== undefined && isStep(heading.text, number)) {
      open = [...open, heading.level];
      next += 1;
      continue;
    }
    // A heading without a number ends every step whose heading is of its level or a smaller one.
    if (heading) open = open.filter((level) => level < heading.level);
    if (next === 0) before.push(line);
    else if (open.length === 0) after.push(line);
  }
  return { before: before.join("\n").replace(/^\s*# [^\n]*\n?/, "").trim(), after: after.join("\n").trim() };
}

/** Lines with the heading that each is, outside of code. */
function linesOf(text: string): { line: string; heading: Heading | null }[] {
  let fence: string | null = null;
  return text.split("\n").map((line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && fence === null) fence = mark;
    else if (mark && fence !== null && mark.startsWith(fence) && line.trim() === mark) fence = null;
    else if (fence === null) {
      const found = /^(#{1,6})\s+(.*)$/.exec(line);
      if (found?.[1]) return { line, heading: { level: found[1].length, text: found[2] ?? "" } };
    }
    return { line, heading: null };
  });
}

/** "Step 1: Title", "1. Title", "1.1 Title"; a number alone needs a mark or a dot within it. */
function isStep(heading: string, number: string): boolean {
  const found = /^(step\s+)?(\d+(?:\.\d+)*)([.):]?)(?=\s|$)/i.exec(heading);
  return found?.[2] === number && (found[1] !== undefined || found[3] !== "" || number.includes("."));
}
