/** A call that is being prepared, or goes on: its input, and what came back. It outlives a look at another view. */
import { createStore } from "zustand/vanilla";
import { api } from "@/api/client.ts";
import { StreamFeed } from "@/features/execution/stream-feed.ts";

export type InputForm = "json" | "text";

export interface CallerState {
  input: string;
  form: InputForm;
  problem: string | null;
  feed: StreamFeed | null;
}

type Call = (name: string, input: unknown, signal: AbortSignal) => Promise<Response>;

export class Caller {
  readonly name: string;
  readonly store = createStore<CallerState>(() => ({ input: '"world"', form: "json", problem: null, feed: null }));
  readonly #call: Call;

  constructor(name: string, call: Call = api.callFunction) {
    this.name = name;
    this.#call = call;
  }

  get state(): CallerState {
    return this.store.getState();
  }

  change(change: Partial<Pick<CallerState, "input" | "form">>): void {
    this.store.setState({ ...change, problem: null });
  }

  /** Calls, unless the input makes no sense or a call goes on. */
  call(): StreamFeed | null {
    const { input, form, feed: before } = this.state;
    if (before?.isLive) return null;
    const read = inputOf(input, form);
    if ("problem" in read) {
      this.store.setState({ problem: read.problem });
      return null;
    }
    const feed = new StreamFeed((signal) => this.#call(this.name, read.value, signal)).start();
    this.store.setState({ feed, problem: null });
    return feed;
  }

  cancel(): void {
    this.state.feed?.cancel();
  }

  close(): void {
    this.state.feed?.close();
  }
}

/** The input as JSON: what was typed, or the text that was typed. */
export function inputOf(text: string, form: InputForm): { value: unknown } | { problem: string } {
  if (form === "text") return { value: text };
  if (text.trim() === "") return { value: null };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
