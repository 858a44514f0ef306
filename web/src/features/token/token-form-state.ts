/** The form that makes a token, and what it asks of the server. */
import type { NewToken, Scope } from "@/api/schema.ts";

export interface TokenForm {
  name: string;
  scopes: readonly Scope[];
  /** Days until it stops working; null is never. */
  days: number | null;
}

export type TokenProblems = Partial<Record<"name" | "scopes", string>>;

/** What each scope allows, in the order in which they are offered. Administration is given on the server only. */
export const scopeWords: readonly (readonly [Exclude<Scope, "admin">, string])[] = [
  ["code:run", "Run code"],
  ["function:run", "Call functions"],
  ["function:read", "See functions and names of secrets"],
  ["function:write", "Change functions and secrets"],
  ["runbook:read", "Read runbooks"],
  ["runbook:write", "Change runbooks"],
  ["session:run", "Run blocks of runbooks"],
  ["job:read", "See jobs"],
  ["job:write", "Submit and cancel jobs"],
  ["agent:read", "Look at agent sessions"],
  ["agent:write", "Open and steer agent sessions"],
  ["token:write", "See, make and revoke tokens"],
];

const dayMs = 86_400_000;

export function problemsOfToken({ name, scopes }: TokenForm): TokenProblems {
  const problems: TokenProblems = {};
  const letters = [...name.trim()].length;
  if (letters === 0) problems.name = "Give it a name, so that you know later what uses it.";
  if (letters > 100) problems.name = "Use at most 100 characters.";
  if (scopes.length === 0) problems.scopes = "Choose at least one thing that it may do.";
  return problems;
}

export function newTokenOf({ name, scopes, days }: TokenForm, now: number): NewToken {
  const made: NewToken = { name: name.trim(), scopes: [...scopes] };
  return days === null ? made : { ...made, expires_at: new Date(now + days * dayMs).toISOString() };
}
