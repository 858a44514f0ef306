/** Follows one stored execution, and resumes where it was when the connection drops. */
import { api } from "@/api/client.ts";
import { followExecution, pause } from "@/api/events.ts";
import type { Execution } from "@/api/schema.ts";
import { EventFeed } from "./event-feed.ts";
import { applyRecord, queued } from "./execution-state.ts";

/** How often a queued execution asks whether it has started; its stream is silent until then. */
const queuedPollMs = 1_000;

export class ExecutionFeed extends EventFeed {
  readonly execution: Execution;
  #cancelled: () => void = () => undefined;

  constructor(execution: Execution) {
    super(applyRecord(queued, { ...execution, outcome: null }));
    this.execution = execution;
  }

  /**
   * Reads until the last event.
   *
   * A stream is opened only after `before` has ended: a browser keeps six connections to a server, and
   * silent streams of queued executions would leave none for the request that stops them.
   */
  start(before: Promise<unknown> | null = null): this {
    const cancelled = new Promise<void>((resolve) => {
      this.#cancelled = resolve;
    });
    void Promise.race([before, cancelled]).then(() => {
      if (this.signal.aborted) return;
      void this.#read();
      if (this.state.phase === "queued") void this.#awaitStart();
    });
    return this;
  }

  /** Asks for the program's end. Closing the feed leaves the program alone. */
  async cancel(): Promise<void> {
    const record = await api.cancelExecution(this.execution.id);
    this.become(applyRecord(this.state, record));
    this.#cancelled();
  }

  /** Passes text to the program's standard input. */
  write(data: string, end: boolean): Promise<void> {
    return api.writeInput(this.execution.id, { data, end });
  }

  #read(): Promise<void> {
    const onInterrupted = (interrupted: boolean) => {
      this.interrupted = interrupted;
      this.become({ ...this.state });
    };
    return this.show(followExecution(this.execution.id, { from: 1, signal: this.signal, onInterrupted }));
  }

  async #awaitStart(): Promise<void> {
    const { signal } = this;
    await pause(queuedPollMs, signal);
    while (!signal.aborted && this.state.phase === "queued") {
      try {
        const record = await api.execution(this.execution.id, signal);
        // Events may have come while this was asked: the state is read after the answer.
        this.become(applyRecord(this.state, record));
      } catch {
        // The event stream reports what matters; the next look may succeed.
      }
      await pause(queuedPollMs, signal);
    }
  }
}
