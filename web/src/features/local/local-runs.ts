/**
 * What has run of a local runbook, and what it gave. It outlives every card: a document that is edited keeps its
 * runs, and a page that is reloaded gets them from the server. It holds no React.
 */
import { ApiError, messageOf } from "@/api/errors.ts";
import { localApi } from "@/api/local.ts";
import type { LocalComponent, LocalMode, LocalRunbook, NewLocalRun, Outputs, ValueProblem, ValuesByForm } from "@/api/local-schema.ts";
import type { Execution } from "@/api/schema.ts";
import { ExecutionFeed } from "@/features/execution/execution-feed.ts";
import { leftBy } from "./left.ts";
import { endingStatus, isDone } from "./script-status.ts";

interface Hooks {
  /** A script has ended, and may have left files. */
  ended: () => void;
  /** Another script than the page shows is approved. */
  drifted: () => void;
  /** Values that the server does not take. */
  refused: (problems: readonly ValueProblem[]) => void;
}

export class LocalRuns {
  version = 0;
  feeds: ReadonlyMap<string, ExecutionFeed> = new Map();
  outputs: Outputs = {};
  /** Being asked for. */
  pending: ReadonlySet<string> = new Set();
  /** Why the server did not start a script, by component. */
  refusals: ReadonlyMap<string, string> = new Map();

  #listeners = new Set<() => void>();
  readonly #hooks: Hooks;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes over what the server knows. What this page follows already goes on. */
  adopt({ runs, outputs }: Pick<LocalRunbook, "runs" | "outputs">): void {
    this.outputs = outputs;
    for (const [component, execution] of Object.entries(runs)) {
      const known = this.feeds.get(component)?.execution;
      if (known && (known.id === execution.id || known.created_at > execution.created_at)) continue;
      const feed = this.#follow(component, execution);
      // What came of one that has ended the server has told already.
      if (execution.outcome === null) this.#takeOver(component, feed);
    }
    this.#changed();
  }

  async run(component: LocalComponent, mode: LocalMode, inputs: ValuesByForm): Promise<void> {
    const { id, executable } = component;
    if (!executable || this.pending.has(id) || this.feeds.get(id)?.isLive) return;
    this.pending = new Set([...this.pending, id]);
    this.refusals = without(this.refusals, id);
    this.#changed();
    try {
      this.#takeOver(id, this.#follow(id, await localApi.run(orderOf(component, mode, inputs))));
    } catch (error) {
      this.#refuse(id, error);
    }
    this.pending = new Set([...this.pending].filter((it) => it !== id));
    this.#changed();
  }

  async stop(component: string): Promise<void> {
    try {
      await this.feeds.get(component)?.cancel();
    } catch (error) {
      this.#refuse(component, error);
      this.#changed();
    }
  }

  /** A component that is no script has given something. */
  give(component: string, outputs: Record<string, string>): void {
    this.outputs = { ...this.outputs, [component]: outputs };
    this.#changed();
  }

  close(): void {
    for (const feed of this.feeds.values()) feed.close();
    this.feeds = new Map();
  }

  #refuse(component: string, error: unknown): void {
    this.refusals = new Map([...this.refusals, [component, messageOf(error)]]);
    if (!(error instanceof ApiError)) return;
    const { fields, code } = error.problem as { fields?: readonly ValueProblem[]; code?: string };
    if (fields) this.#hooks.refused(fields);
    if (code === "drifted" || code === "untrusted") this.#hooks.drifted();
  }

  #follow(component: string, execution: Execution): ExecutionFeed {
    this.feeds.get(component)?.close();
    const feed = new ExecutionFeed(execution).start();
    this.feeds = new Map([...this.feeds, [component, feed]]);
    return feed;
  }

  /** Once it has ended, what it gave is there for others. */
  #takeOver(component: string, feed: ExecutionFeed): void {
    void feed.finished.then((state) => {
      if (this.feeds.get(component) !== feed || state.ending === null) return;
      // Exit 2 keeps what any script left, also where it counts as a failure.
      const keeps = isDone(endingStatus(state.ending, true));
      if (keeps) this.outputs = { ...this.outputs, [component]: leftBy(state)?.outputs ?? {} };
      this.#changed();
      this.#hooks.ended();
    });
  }

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}

function orderOf({ id, executable }: LocalComponent, mode: LocalMode, inputs: ValuesByForm): NewLocalRun {
  return mode === "watch" || !executable ? { componentId: id, inputs } : { executableId: executable.id, inputs };
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([it]) => it !== key));
}
