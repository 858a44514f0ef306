/**
 * One function per route of the server. It owns how a request is made and nothing about when:
 * caching belongs to TanStack Query, and URLs of pages to paths.ts.
 */
import { problemOf, Unreachable } from "./errors.ts";
import type {
  Config,
  Credentials,
  Execution,
  Runbook,
  RunbookPage,
  Runtime,
  Session,
  User,
} from "./schema.ts";

interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Sends a request and throws `ApiError` or `Unreachable` unless the server agreed. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = "GET", body, signal, headers = {} } = options;
  const init: RequestInit = { method, signal: signal ?? null, credentials: "same-origin", headers: { accept: "application/json", ...headers } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function json<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A repeated click or a retried request must not create twice. */
function once(): Record<string, string> {
  return { "idempotency-key": randomKey() };
}

// `crypto.randomUUID` exists only on HTTPS and localhost; a hub on a plain LAN address has neither.
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const id = encodeURIComponent;

export const api = {
  config: (signal?: AbortSignal) => json<Config>("/api/config", { signal }),
  runtimes: (signal?: AbortSignal) => json<{ items: Runtime[] }>("/api/runtimes", { signal }),

  me: (signal?: AbortSignal) => json<User>("/api/auth/me", { signal }),
  signUp: (body: { email: string; username: string; password: string }) =>
    json<Credentials>("/api/auth/sign-up", { method: "POST", body }),
  signIn: (body: { email: string; password: string }) => json<Credentials>("/api/auth/sign-in", { method: "POST", body }),
  signOut: () => json<void>("/api/auth/sign-out", { method: "POST" }),

  runbooks: (cursor: string | null, signal?: AbortSignal) =>
    json<RunbookPage>(`/api/runbooks?limit=50${cursor ? `&cursor=${id(cursor)}` : ""}`, { signal }),
  runbook: (runbook: string, signal?: AbortSignal) => json<Runbook>(`/api/runbooks/${id(runbook)}`, { signal }),
  createRunbook: (body: { title: string; content: string }) =>
    json<Runbook>("/api/runbooks", { method: "POST", body, headers: once() }),
  saveRunbook: (runbook: string, body: { title?: string; content?: string; revision: number }) =>
    json<Runbook>(`/api/runbooks/${id(runbook)}`, { method: "PUT", body }),
  deleteRunbook: (runbook: string) => json<void>(`/api/runbooks/${id(runbook)}`, { method: "DELETE" }),

  connect: (user: string, runbook: string) =>
    json<Session>(`/api/sessions/connect/${id(user)}/${id(runbook)}`, { method: "POST", headers: once() }),
  endSession: (session: string) => json<Session>(`/api/sessions/end/${id(session)}`, { method: "DELETE" }),
  sessionUpdates: (session: string, signal: AbortSignal) =>
    send(`/api/sessions/${id(session)}/updates`, { signal, headers: { accept: "application/x-ndjson" } }),

  execute: (session: string, body: { block: string; content_hash: string }) =>
    json<Execution>(`/api/sessions/${id(session)}/executions`, { method: "POST", body, headers: once() }),
  latestExecutions: (runbook: string, signal?: AbortSignal) =>
    json<{ items: Execution[] }>(`/api/runbooks/${id(runbook)}/executions`, { signal }),
  execution: (execution: string, signal?: AbortSignal) => json<Execution>(`/api/executions/${id(execution)}`, { signal }),
  cancelExecution: (execution: string) => json<Execution>(`/api/executions/${id(execution)}/cancel`, { method: "POST" }),
  executionEvents: (execution: string, from: number, signal: AbortSignal) =>
    send(`/api/executions/${id(execution)}/events?from=${from}`, { signal, headers: { accept: "application/x-ndjson" } }),
};
