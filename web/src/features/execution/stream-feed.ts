/**
 * Follows a stream that nobody else can ask for: one-off code, a call, a build. It is read once, and for a
 * program the connection is its life: whoever stops reading ends it.
 */
import { ApiError } from "@/api/errors.ts";
import { readNdjson } from "@/api/events.ts";
import type { ExecutionEvent } from "@/api/schema.ts";
import { EventFeed } from "./event-feed.ts";
import { queued } from "./execution-state.ts";

type Open = (signal: AbortSignal) => Promise<Response>;

export class StreamFeed extends EventFeed {
  /** Why the server refused, if it did. */
  refusal: ApiError | null = null;
  /** Of the answer, once it has begun. */
  headers: Headers | null = null;
  /** The answer has begun; rejects where the server refused or could not be reached. */
  readonly answered: Promise<void>;
  #answer: { yes: () => void; no: (error: unknown) => void } = { yes: () => undefined, no: () => undefined };
  readonly #begunMs = Date.now();
  readonly #open: Open;

  constructor(open: Open) {
    super({ ...queued, phase: "running", startedAt: new Date().toISOString() });
    this.#open = open;
    this.answered = new Promise((yes, no) => {
      this.#answer = { yes, no };
    });
    // Those who do not ask are told by the state.
    this.answered.catch(() => undefined);
  }

  start(): this {
    void this.show(this.#events());
    return this;
  }

  /** Hangs up, which ends the program. */
  cancel(): void {
    if (!this.isLive) return;
    const durationMs = Date.now() - this.#begunMs;
    const ending = { kind: "outcome", outcome: "cancelled", exitCode: null, signal: null, durationMs, usage: null } as const;
    this.become({ ...this.state, phase: "finished", ending });
    this.stop();
  }

  async *#events(): AsyncGenerator<ExecutionEvent[]> {
    let response: Response;
    try {
      response = await this.#open(this.signal);
    } catch (error) {
      if (error instanceof ApiError) this.refusal = error;
      this.#answer.no(error);
      throw error;
    }
    this.headers = response.headers;
    this.#answer.yes();
    if (!response.body) throw new Error("The answer of the server has no body.");
    for await (const batch of readNdjson<ExecutionEvent>(response.body)) {
      yield batch;
      if (batch.some((event) => event.event === "result" || event.event === "error")) return;
    }
    throw new Error("The connection broke before the program ended. It was stopped; run it again.");
  }
}
