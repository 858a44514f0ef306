/**
 * Runs the blocks of one runbook for the page: connects when needed, one execution feed per block,
 * and "run all" as a walk that stops at the first failure. It holds no React and draws nothing.
 */
import { api } from "@/api/client.ts";
import { hasCode, messageOf } from "@/api/errors.ts";
import type { Block, Execution, Session } from "@/api/schema.ts";
import { ExecutionFeed } from "@/features/execution/execution-feed.ts";
import { succeeded } from "@/features/execution/execution-state.ts";
import { hasEnded, isOpen } from "@/features/session/session-status.ts";

export interface Walk {
  total: number;
  done: number;
  state: "running" | "passed" | "stopped";
  /** Blocks after the one that failed, or that were left when the reader stopped. */
  notRun: ReadonlySet<string>;
}

export interface RunnerEvents {
  connect: () => Promise<Session>;
  /** The stored document differs from the one shown. */
  outdated: () => void;
  failed: (message: string) => void;
}

export class Runner {
  readonly feeds = new Map<string, ExecutionFeed>();
  /** Blocks whose request is on its way: connecting, or waiting for the server's answer. */
  readonly pending = new Set<string>();
  walk: Walk | null = null;
  version = 0;

  #runbook: string;
  #events: RunnerEvents;
  #session: Session | null = null;
  #sessionListeners = new Set<(session: Session) => void>();
  #listeners = new Set<() => void>();
  #connecting: Promise<Session> | null = null;
  /** Renewed after each stop; what waits for a sandbox gives up when it aborts. */
  #stop = new AbortController();

  constructor(runbook: string, events: RunnerEvents) {
    this.#runbook = runbook;
    this.#events = events;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setSession(session: Session | null): void {
    this.#session = session;
    if (session) for (const listener of this.#sessionListeners) listener(session);
  }

  /** Shows the latest execution of each block again, after a reload or on another device. */
  async replay(signal: AbortSignal): Promise<void> {
    const { items } = await api.latestExecutions(this.#runbook, signal);
    const inOrder = items.toSorted((a, b) => a.created_at.localeCompare(b.created_at));
    for (const execution of inOrder) {
      if (execution.block !== null && !this.feeds.has(execution.block)) this.#follow(execution.block, execution);
    }
    this.#changed();
  }

  async run(block: Block): Promise<ExecutionFeed | null> {
    if (this.isBusy(block.id)) return null;
    this.pending.add(block.id);
    this.#changed();
    try {
      return this.#follow(block.id, await this.#execute(block));
    } catch (error) {
      if (hasCode(error, "block_changed")) this.#events.outdated();
      if (hasCode(error, "already_running")) void this.replay(new AbortController().signal).catch(() => undefined);
      if (!(error instanceof Stopped)) this.#events.failed(messageOf(error));
      return null;
    } finally {
      this.pending.delete(block.id);
      this.#changed();
    }
  }

  /** Runs the blocks in order and stops at the first that does not succeed. */
  async runAll(blocks: readonly Block[]): Promise<void> {
    if (this.walk?.state === "running" || blocks.length === 0) return;
    const { signal } = this.#stop;
    const total = blocks.length;
    const show = (done: number, state: Walk["state"]) => {
      const notRun = new Set(state === "passed" ? [] : blocks.slice(done).map((block) => block.id));
      this.walk = { total, done, state, notRun };
      this.#changed();
    };
    for (const [at, block] of blocks.entries()) {
      show(at, "running");
      const feed = signal.aborted ? null : await this.run(block);
      const passed = feed !== null && succeeded(await feed.finished);
      if (!passed || (signal.aborted && at < total - 1)) {
        show(feed ? at + 1 : at, "stopped");
        return;
      }
    }
    show(total, "passed");
  }

  async stop(block: string): Promise<void> {
    try {
      await this.feeds.get(block)?.cancel();
    } catch (error) {
      this.#events.failed(messageOf(error));
    }
  }

  async stopAll(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    const live = [...this.feeds].filter(([, feed]) => feed.isLive);
    await Promise.all(live.map(([block]) => this.stop(block)));
  }

  isBusy(block: string): boolean {
    return this.pending.has(block) || (this.feeds.get(block)?.isLive ?? false);
  }

  get isRunning(): boolean {
    return this.pending.size > 0 || [...this.feeds.values()].some((feed) => feed.isLive);
  }

  close(): void {
    this.#stop.abort();
    for (const feed of this.feeds.values()) feed.close();
    this.feeds.clear();
  }

  async #execute({ id: block, content_hash }: Block): Promise<Execution> {
    const session = await orStopped(this.#openSession(), this.#stop.signal);
    try {
      return await api.execute(session.id, { block, content_hash });
    } catch (error) {
      if (!hasCode(error, "session_ended")) throw error;
      // It ended without the page hearing of it, as after a laptop slept: a new one serves as well.
      if (this.#session?.id === session.id) this.#session = null;
      const next = await orStopped(this.#openSession(), this.#stop.signal);
      return api.execute(next.id, { block, content_hash });
    }
  }

  /** One connection attempt serves every block that was clicked meanwhile. */
  #openSession(): Promise<Session> {
    if (this.#session?.status === "ACTIVE") return Promise.resolve(this.#session);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Session> {
    const session = isOpen(this.#session) ? this.#session : await this.#events.connect();
    return session.status === "ACTIVE" ? session : this.#whenActive(session.id);
  }

  #whenActive(id: string): Promise<Session> {
    return new Promise((resolve, reject) => {
      const look = (session: Session) => {
        if (session.id !== id || (session.status !== "ACTIVE" && !hasEnded(session))) return;
        this.#sessionListeners.delete(look);
        if (session.status === "ACTIVE") resolve(session);
        else if (session.status === "TERMINATED") reject(new Stopped());
        else reject(new Error(session.message ?? "The sandbox did not start. Connect again."));
      };
      this.#sessionListeners.add(look);
      if (this.#session) look(this.#session);
    });
  }

  #follow(block: string, execution: Execution): ExecutionFeed {
    this.feeds.get(block)?.close();
    const earlier = [...this.feeds.values()].filter((it) => it.isLive && it.execution.session_id === execution.session_id);
    const before = execution.state === "queued" && earlier.length > 0 ? Promise.all(earlier.map((it) => it.finished)) : null;
    const feed = new ExecutionFeed(execution).start(before);
    this.feeds.set(block, feed);
    void feed.finished.then(() => this.#changed());
    this.#changed();
    return feed;
  }

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}

/** The reader changed their mind before anything ran: not a failure, and nothing to report. */
class Stopped extends Error {}

function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Stopped());
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
