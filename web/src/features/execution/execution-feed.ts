/**
 * Follows one execution from the server to the screen. Events are read and reduced outside React and
 * in slices of one frame, so that a program that writes without pause never blocks a click.
 */
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { followExecution, pause } from "@/api/events.ts";
import type { Execution, ExecutionEvent } from "@/api/schema.ts";
import { applyEvent, applyRecord, isLive, queued, type ExecutionState } from "./execution-state.ts";

/** How long one slice may reduce events, in milliseconds: half a frame at 60 Hz. */
const sliceMs = 8;
/** How long a slice waits for a frame. */
const framelessMs = 100;
/** Events waiting to be reduced before the reader pauses, so memory stays bounded. */
const backlogLimit = 5_000;
/** How often a queued execution asks whether it has started; its stream is silent until then. */
const queuedPollMs = 1_000;

export class ExecutionFeed {
  readonly execution: Execution;
  state: ExecutionState;
  interrupted = false;

  #backlog: ExecutionEvent[] = [];
  #listeners = new Set<() => void>();
  #abort = new AbortController();
  #scheduled = false;
  #drained: (() => void) | null = null;
  #finish: (state: ExecutionState) => void = () => undefined;
  #cancelled: () => void = () => undefined;
  readonly finished: Promise<ExecutionState>;

  constructor(execution: Execution) {
    this.execution = execution;
    this.state = applyRecord(queued, { ...execution, outcome: null });
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Reads until the last event. Our own failure to read ends in a state that says so.
   *
   * A stream is opened only after `before` has ended: a browser keeps six connections to a server, and
   * silent streams of queued executions would leave none for the request that stops them.
   */
  start(before: Promise<unknown> | null = null): this {
    const cancelled = new Promise<void>((resolve) => {
      this.#cancelled = resolve;
    });
    void Promise.race([before, cancelled]).then(() => {
      if (this.#abort.signal.aborted) return;
      void this.#read();
      if (this.state.phase === "queued") void this.#awaitStart();
    });
    return this;
  }

  /** Leaves the program alone and stops listening to it. */
  close(): void {
    this.#abort.abort();
    this.#listeners.clear();
    this.#finish(this.state);
  }

  async cancel(): Promise<void> {
    const record = await api.cancelExecution(this.execution.id);
    this.#become(applyRecord(this.state, record));
    this.#cancelled();
  }

  async #read(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const onInterrupted = (interrupted: boolean) => {
        this.interrupted = interrupted;
        this.#become({ ...this.state });
      };
      for await (const batch of followExecution(this.execution.id, { from: 1, signal, onInterrupted })) {
        for (const event of batch) this.#backlog.push(event);
        this.#schedule();
        if (this.#backlog.length > backlogLimit) await this.#whenDrained();
      }
      await this.#whenDrained();
    } catch (error) {
      if (signal.aborted) return;
      this.#become({ ...this.state, phase: "finished", ending: { kind: "failure", code: "unreadable", message: messageOf(error) } });
    }
    this.#finish(this.state);
  }

  async #awaitStart(): Promise<void> {
    const { signal } = this.#abort;
    await pause(queuedPollMs, signal);
    while (!signal.aborted && this.state.phase === "queued") {
      try {
        this.#become(applyRecord(this.state, await api.execution(this.execution.id, signal)));
      } catch {
        // The event stream reports what matters; the next look may succeed.
      }
      await pause(queuedPollMs, signal);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const run = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#scheduled = false;
      this.#slice();
    };
    // A hidden tab, or a window behind others, gets few frames or none, yet its backlog must not grow.
    const frame = requestAnimationFrame(run);
    const timer = setTimeout(run, framelessMs);
  }

  #slice(): void {
    const until = performance.now() + sliceMs;
    let { state } = this;
    let at = 0;
    for (; at < this.#backlog.length; at += 1) {
      const event = this.#backlog[at];
      if (event) state = applyEvent(state, event);
      if (at % 16 === 15 && performance.now() > until) {
        at += 1;
        break;
      }
    }
    this.#backlog.splice(0, at);
    this.#become(state);
    if (this.#backlog.length > 0) {
      this.#schedule();
      return;
    }
    this.#drained?.();
    this.#drained = null;
  }

  #whenDrained(): Promise<void> {
    if (this.#backlog.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  #become(state: ExecutionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }

  get isLive(): boolean {
    return isLive(this.state);
  }
}
