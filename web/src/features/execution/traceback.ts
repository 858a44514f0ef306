/** What the lines of a traceback are, in the languages that blocks are written in. */

export type TraceRole = "head" | "place" | "mark" | "error";

const roles: readonly (readonly [RegExp, TraceRole])[] = [
  [/^(?:Traceback \(most recent call last\):|During handling of the above exception|The above exception was|goroutine \d+ \[|stack backtrace:)/, "head"],
  [/^\s+File ".*", line \d+|^\s+at .*(?::\d+\)?|<anonymous>\)?|\(native\))$|^\t\S+\.go:\d+|^\S+:\d+$/, "place"],
  [/^\s*[~^]+\s*$/, "mark"],
  [/^(?:Uncaught )?(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Iteration)\b(?::|$| \[)/, "error"],
  [/^panic: |^thread '.*' (?:\(\d+\) )?panicked at |^fatal error: |^error(?:\[E\d+\])?: /, "error"],
];

/** The role of a line on standard error, or null if it is none of a traceback's. */
export function traceRole(line: string): TraceRole | null {
  // No line of a traceback is long, and the patterns need not look at a megabyte.
  if (line.length > 2_000) return null;
  return roles.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
