/**
 * What reaches the screen of one stream of events. Events are reduced outside React and in slices of one
 * frame, so that a program that writes without pause never blocks a click. Where they come from is told
 * by those who extend it.
 */
import { messageOf } from "@/api/errors.ts";
import type { ExecutionEvent } from "@/api/schema.ts";
import { applyEvent, isLive, type ExecutionState } from "./execution-state.ts";

/** How long one slice may reduce events, in milliseconds: half a frame at 60 Hz. */
const sliceMs = 8;
/** How long a slice waits for a frame. */
const framelessMs = 100;
/** Events waiting to be reduced before the reader pauses, so memory stays bounded. */
const backlogLimit = 5_000;

export class EventFeed {
  state: ExecutionState;
  /** The connection dropped, and is being made again. */
  interrupted = false;

  #backlog: ExecutionEvent[] = [];
  #listeners = new Set<() => void>();
  #abort = new AbortController();
  #scheduled = false;
  #drained: (() => void) | null = null;
  #finish: (state: ExecutionState) => void = () => undefined;
  readonly finished: Promise<ExecutionState>;

  constructor(state: ExecutionState) {
    this.state = state;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get isLive(): boolean {
    return isLive(this.state);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Stops listening. */
  close(): void {
    this.#listeners.clear();
    this.stop();
  }

  protected get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Reads no further; what has not been shown by now never is. */
  protected stop(): void {
    this.#abort.abort();
    this.#backlog = [];
    this.#finish(this.state);
  }

  /** Shows batches of events until there are no more. Our own failure to read ends in a state that says so. */
  protected async show(batches: AsyncIterable<ExecutionEvent[]>): Promise<void> {
    try {
      for await (const batch of batches) {
        if (this.signal.aborted) return;
        for (const event of batch) this.#backlog.push(event);
        this.#schedule();
        if (this.#backlog.length > backlogLimit) await this.#whenDrained();
      }
      await this.#whenDrained();
    } catch (error) {
      // What had arrived by then is shown first.
      await this.#whenDrained();
      if (this.signal.aborted) return;
      this.become({ ...this.state, phase: "finished", ending: { kind: "failure", code: "unreadable", message: messageOf(error) } });
    }
    this.#finish(this.state);
  }

  protected become(state: ExecutionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
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
    this.become(state);
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
}
