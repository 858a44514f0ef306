/**
 * A client of a Runbook hub. Requests and answers are typed by the hub's own OpenAPI document; what
 * a document cannot say, reading a stream of events, is added here.
 */
import createFetchClient, { type Client as FetchClient } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];
export type Client = FetchClient<paths>;
/** One event of an execution; exactly one `result` or `error` ends a stream. */
export type Event = Schemas["Event"];
export type Problem = Schemas["Problem"];
export type CodeRun = Schemas["CodeRun"];
export type Result = Extract<Event, { event: "result" }>["data"];

export interface ClientOptions {
  /** Where the hub is, such as `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** A token of `POST /api/tokens`, or of a sign-in. */
  token: string;
  /** In place of the global one. */
  fetch?: typeof globalThis.fetch;
}

/** The hub refused a request, or an execution failed by the hub's own fault. */
export class RunbookError extends Error {
  override readonly name = "RunbookError";
  /** The code of the problem or of the `error` event: what to decide by. */
  readonly code: string;
  /** Of the response; `null` if the failure came as an event. */
  readonly status: number | null;

  constructor(code: string, message: string, status: number | null) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Every path of the API, typed: `client.GET("/api/runbooks")`. */
export function createClient({ baseUrl, token, ...rest }: ClientOptions): Client {
  return createFetchClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` }, ...rest });
}

/** Runs code and yields its events as they come. Leaving the loop, or aborting, kills the program. */
export async function* runCode(client: Client, order: CodeRun, signal?: AbortSignal): AsyncGenerator<Event> {
  const { response } = await client.POST("/api/code/run", { body: order, parseAs: "stream", signal: signal ?? null });
  yield* events(response);
}

/** The events of an answer of any route that streams them. */
export async function* events(response: Response): AsyncGenerator<Event> {
  if (!response.ok) throw await refusal(response);
  if (!response.body) throw new RunbookError("no_body", "the answer has no body", response.status);
  let ended = false;
  for await (const line of lines(response.body)) {
    const event = JSON.parse(line) as Event;
    ended = event.event === "result" || event.event === "error";
    yield event;
  }
  if (!ended) throw new RunbookError("interrupted", "the stream broke off before its last event", null);
}

/** What a stream ended with. An `error` event is thrown. */
export async function result(stream: AsyncIterable<Event>): Promise<Result> {
  for await (const event of stream) {
    if (event.event === "result") return event.data;
    if (event.event === "error") throw new RunbookError(event.data.error, event.data.message, null);
  }
  throw new RunbookError("interrupted", "the stream broke off before its last event", null);
}

/** The bytes of a `stdout` or `stderr` event, also where they are no text. */
export function bytes(event: Extract<Event, { event: "stdout" | "stderr" }>): Uint8Array {
  if (event.encoding !== "base64") return new TextEncoder().encode(event.data);
  return Uint8Array.from(atob(event.data), (letter) => letter.charCodeAt(0));
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // Pieces of an unfinished line: joined once, so that one long line stays linear.
  let pieces: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const parts = (done ? decoder.decode() : decoder.decode(value, { stream: true })).split("\n");
      const last = parts.pop() ?? "";
      for (const part of parts) {
        const line = [...pieces, part].join("");
        pieces = [];
        if (line !== "") yield line;
      }
      pieces.push(last);
      if (!done) continue;
      const rest = pieces.join("");
      if (rest !== "") yield rest;
      return;
    }
  } finally {
    // Told to the hub, which then kills the program.
    await reader.cancel().catch(() => undefined);
  }
}

async function refusal(response: Response): Promise<RunbookError> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Problem;
    return new RunbookError(problem.code, problem.detail, response.status);
  } catch {
    return new RunbookError("unknown", text || response.statusText, response.status);
  }
}
