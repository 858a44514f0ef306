/** What can go wrong between the page and the server, in words a reader can act on. */
import type { Problem, ProblemCode } from "./schema.ts";

/** The server answered, and refused. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ProblemCode | "unknown";
  /** Where in the request the reason stands: the parts of a JSON pointer. Empty if there is no one place. */
  readonly field: readonly string[];
  /** All that the server said. Routes may say more than every refusal does. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(sentence(problem.detail ?? problem.title));
    this.name = "ApiError";
    this.problem = problem;
    this.status = problem.status;
    this.code = problem.code ?? "unknown";
    this.field = partsOf(problem.field ?? "");
  }
}

function partsOf(pointer: string): string[] {
  return pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached. Check your connection and that Runbook is running, then try again.", { cause });
    this.name = "Unreachable";
  }
}

/** Reads a refused response as problem details; proxies answer with HTML, so the body is never trusted. */
export async function problemOf(response: Response): Promise<ApiError> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    try {
      const body: unknown = await response.json();
      if (isProblem(body)) return new ApiError({ ...body, status: response.status });
    } catch {
      // A body that is not JSON after all is described by its status below.
    }
  }
  return new ApiError({ title: wordsOf(response.status), status: response.status });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * A fragment as programs write errors, "the port is taken", as a sentence for the page. What follows a last
 * colon may be a command to copy, so nothing is added to it.
 */
export function sentence(fragment: string): string {
  const text = fragment.trim();
  if (text === "") return text;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$|: [^.;]+$/.test(text) ? "" : "."}`;
}

export function hasCode(error: unknown, code: ProblemCode): boolean {
  return error instanceof ApiError && error.code === code;
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && typeof body.title === "string";
}

function wordsOf(status: number): string {
  if (status === 401) return "You are signed out. Sign in and try again.";
  if (status === 403) return "You are not allowed to do this.";
  if (status === 404) return "This does not exist, or it is not yours to see.";
  if (status === 413) return "This is larger than the server accepts.";
  if (status === 429) return "Too many requests. Wait a moment and try again.";
  if (status >= 500) return "The server failed to answer. Try again in a moment.";
  return `The server refused the request (${status}).`;
}
