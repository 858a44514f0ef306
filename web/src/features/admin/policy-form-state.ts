/** What jobs may be, as the form holds it. */
import type { JobPolicy, PayloadKind } from "@/api/schema.ts";

export interface PolicyForm {
  /** Null allows every kind. */
  kinds: readonly PayloadKind[] | null;
  /** A line for each program with its arguments; null allows every command. */
  programs: string | null;
}

export const kindWords: readonly (readonly [PayloadKind, string])[] = [
  ["command", "Commands"],
  ["code", "Code"],
  ["artifact", "Programs kept as signed artifacts"],
  ["runbook", "Stored runbooks"],
  ["function", "Functions"],
];

export function policyFormOf(policy: JobPolicy): PolicyForm {
  return {
    kinds: policy.payloads ?? null,
    programs: policy.programs?.map(({ program, args }) => [program, ...(args ?? [])].map(quoted).join(" ")).join("\n") ?? null,
  };
}

export function policyOf({ kinds, programs }: PolicyForm): JobPolicy {
  const policy: JobPolicy = {};
  if (kinds !== null) policy.payloads = [...kinds];
  if (programs !== null) {
    policy.programs = programs
      .split("\n")
      .map(wordsOf)
      .flatMap(([program, ...args]) => (program === undefined ? [] : [{ program, args }]));
  }
  return policy;
}

/** Words with blanks between them; quotes hold a word with blanks together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => match[1]?.replaceAll(/\\(.)/g, "$1") ?? match[2] ?? "");
}

function quoted(word: string): string {
  return word === "" || /[\s"\\]/.test(word) ? `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"` : word;
}
