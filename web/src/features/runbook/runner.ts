/**
 * Runs the blocks of one runbook for the page: connects when needed, and follows one execution per block.
 * The server decides in which order blocks run and keeps that going; what is begun elsewhere (a later block of
 * a walk, another tab) is heard of through the session. It holds no React and draws nothing.
 */
import { api } from "@/api/client.ts";
import { hasCode, messageOf } from "@/api/errors.ts";
import type { BegunWalk, Block, Execution, NewWalk, Session } from "@/api/schema.ts";
import { ExecutionFeed } from "@/features/execution/execution-feed.ts";
import { hasEnded, isOpen } from "@/features/session/session-status.ts";

export interface Walk {
  /** Counted within its session. */
  number: number;
  total: number;
  done: number;
  state: "running" | "passed" | "failed" | "stopped";
  /** Blocks after the one that failed, or that were left when the reader stopped. */
  notRun: ReadonlySet<string>;
}

export interface RunnerEvents {
  /** Looks at what the reader filled in, and gives what to send along; null where that keeps blocks from running. */
  prepare: () => Promise<Record<string, string> | null>;
  /** Values of secret inputs are with the session now. */
  typed: (names: readonly string[]) => void;
  connect: () => Promise<Session>;
  /** The stored document differs from the one shown. */
  outdated: () => void;
  failed: (message: string) => void;
  /** Has what was just typed stored, and gives the blocks as the server has them then. */
  latest?: () => Promise<readonly Block[]>;
}

/** What a walk goes over, as the server is asked for it. */
export type Selection = Pick<NewWalk, "select" | "block" | "content_hash" | "typed">;

/** Names the request for everything, as the id of a block names that for the block. */
const everything = "*";

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
  #endListeners = new Set<() => void>();
  #connecting: Promise<Session> | null = null;
  /** Of which session, and how many of its executions this page has heard of. */
  #heard: { session: string; executions: number } | null = null;
  #isOpen = false;
  /** Blocks that run beside the others. */
  #background: ReadonlySet<string> = new Set();
  /** The walk that this page asked for last, with the place of each of its blocks. */
  #plan: { number: number; places: ReadonlyMap<string, number> } | null = null;
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

  /** Calls back whenever an execution has ended. */
  onEnded(listener: () => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  setBlocks(blocks: readonly Block[]): void {
    this.#background = new Set(blocks.filter((block) => block.background).map((block) => block.id));
  }

  setSession(session: Session | null): void {
    this.#session = session;
    // What there is when the page opens is replayed as a whole.
    if (session && !this.#isOpen) this.#heard = { session: session.id, executions: session.executions };
    this.#isOpen = true;
    if (!session) return;
    for (const listener of this.#sessionListeners) listener(session);
    this.#hear(session);
  }

  /** Shows the latest execution of each block again, after a reload or on another device. */
  async replay(signal: AbortSignal): Promise<void> {
    const { items } = await api.latestExecutions(this.#runbook, signal);
    const inOrder = items.toSorted((a, b) => a.created_at.localeCompare(b.created_at));
    for (const execution of inOrder) {
      const shown = execution.block === null ? undefined : this.feeds.get(execution.block);
      const isNewer = !shown || shown.execution.created_at < execution.created_at;
      if (execution.block !== null && isNewer) this.#follow(execution.block, execution);
    }
    this.#changed();
  }

  /** Runs a block, after those that it needs. */
  async run({ id: block, content_hash }: Block): Promise<ExecutionFeed | null> {
    if (this.isBusy(block)) return null;
    const begun = await this.#begin({ select: "block", block, content_hash }, block);
    return begun?.execution?.block === block ? (this.feeds.get(block) ?? null) : null;
  }

  async runAll(): Promise<void> {
    await this.#begin({ select: "all" }, everything);
  }

  async runFrom(block: Block): Promise<void> {
    await this.#begin({ select: "from", block: block.id }, block.id);
  }

  async runSection(block: Block): Promise<void> {
    await this.#begin({ select: "section", block: block.id }, block.id);
  }

  async stop(block: string): Promise<void> {
    try {
      await this.feeds.get(block)?.cancel();
    } catch (error) {
      this.#events.failed(messageOf(error));
    }
  }

  /** Ends everything but what runs in the background. */
  async stopAll(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#plan = null;
    if (!isOpen(this.#session)) return;
    try {
      await api.stopWalks(this.#session.id);
    } catch (error) {
      this.#events.failed(messageOf(error));
    }
  }

  isBusy(block: string): boolean {
    return this.pending.has(block) || this.isLive(block);
  }

  isLive(block: string): boolean {
    return this.feeds.get(block)?.isLive ?? false;
  }

  /** Whether a block will run in a walk that this page asked for. */
  isPlanned(block: string): boolean {
    const at = this.#plan?.places.get(block);
    if (at === undefined || this.isLive(block)) return false;
    if (this.walk?.number !== this.#plan?.number) return true;
    return this.walk?.state === "running" && at >= this.walk.done;
  }

  get isRunning(): boolean {
    return this.isStarting || [...this.feeds.values()].some((feed) => feed.isLive);
  }

  get isStarting(): boolean {
    return this.pending.size > 0;
  }

  close(): void {
    this.#stop.abort();
    for (const feed of this.feeds.values()) feed.close();
    this.feeds.clear();
  }

  async #begin(selection: Selection, key: string): Promise<BegunWalk | null> {
    if (this.pending.has(key)) return null;
    this.pending.add(key);
    this.#changed();
    const { signal } = this.#stop;
    try {
      const typed = await this.#events.prepare();
      if (typed === null) return null;
      const begun = await this.#ask({ ...selection, ...(Object.keys(typed).length > 0 ? { typed } : {}) }, signal);
      this.#events.typed(Object.keys(typed));
      const { execution, walk, blocks } = begun;
      if (walk.total > 1 && blocks.length > 0) this.#plan = { number: walk.number, places: new Map(blocks.map((block, at) => [block, at])) };
      if (execution?.block) this.#follow(execution.block, execution);
      return begun;
    } catch (error) {
      if (hasCode(error, "block_changed")) this.#events.outdated();
      if (!(error instanceof Stopped)) this.#events.failed(messageOf(error));
      return null;
    } finally {
      this.pending.delete(key);
      this.#changed();
    }
  }

  async #ask(wanted: Selection, signal: AbortSignal): Promise<BegunWalk> {
    if (signal.aborted) throw new Stopped();
    const session = await orStopped(this.#openSession(), signal);
    const selection = await orStopped(this.#stored(wanted), signal);
    try {
      return await api.walk(session.id, selection);
    } catch (error) {
      if (!hasCode(error, "session_ended")) throw error;
      // It ended without the page hearing of it, as after a laptop slept: a new one serves as well.
      if (this.#session?.id === session.id) this.#session = null;
      const next = await orStopped(this.#openSession(), signal);
      return api.walk(next.id, selection);
    }
  }

  /** The server runs what it has: what was just typed must be there first. */
  async #stored(wanted: Selection): Promise<Selection> {
    if (!this.#events.latest) return wanted;
    const blocks = await this.#events.latest();
    const now = blocks.find(({ id }) => id === wanted.block);
    return now && wanted.content_hash !== undefined ? { ...wanted, content_hash: now.content_hash } : wanted;
  }

  /** Takes over what began in the session without this page, and how far its walk is. */
  #hear({ id, executions, latest, walk }: Session): void {
    const before = this.#heard?.session === id ? this.#heard.executions : 0;
    this.#heard = { session: id, executions };
    this.walk = walk && {
      number: walk.number,
      total: walk.total,
      done: walk.done,
      state: walk.state,
      notRun: new Set(walk.not_run),
    };
    const missed = executions - before;
    if (missed > 1) void this.replay(this.#stop.signal).catch(() => undefined);
    else if (missed === 1 && latest?.block) this.#follow(latest.block, latest);
    this.#changed();
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
    const shown = this.feeds.get(block);
    // Heard of twice: as the answer to a request, and through the session.
    if (shown?.execution.id === execution.id) return shown;
    shown?.close();
    const isBefore = (it: ExecutionFeed) => it.isLive && it.execution.session_id === execution.session_id && !this.#background.has(it.execution.block ?? "");
    const earlier = [...this.feeds.values()].filter(isBefore);
    const before = execution.state === "queued" && earlier.length > 0 ? Promise.all(earlier.map((it) => it.finished)) : null;
    const feed = new ExecutionFeed(execution).start(before);
    this.feeds.set(block, feed);
    void feed.finished.then(() => {
      for (const listener of this.#endListeners) listener();
      this.#changed();
    });
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
