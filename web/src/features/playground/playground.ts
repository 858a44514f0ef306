/**
 * The state of the playground: a draft for each language, the program that runs or ran in it, and what is wrong.
 * It lives outside React, so that a key that runs sees what the key before it typed.
 */
import { createStore } from "zustand/vanilla";
import { api } from "@/api/client.ts";
import type { CodeLanguage, CodeRun } from "@/api/schema.ts";
import { StreamFeed } from "@/features/execution/stream-feed.ts";
import type { DraftShelf } from "./draft-shelf.ts";
import { draftOf, requestOf, starter, type Draft, type Problems } from "./draft.ts";
import { fieldOf } from "./refusal.ts";

export interface PlaygroundState {
  language: CodeLanguage;
  draft: Draft;
  /** The file in the editor; null is the program. */
  open: number | null;
  problems: Problems;
  /** The latest run of each language. */
  feeds: Partial<Record<CodeLanguage, StreamFeed>>;
  /** Counts texts that came from elsewhere than the editor, which then begins anew. */
  generation: number;
}

/** Opens the stream of a run; tests put their own in its place. */
type Run = (request: CodeRun, signal: AbortSignal) => Promise<Response>;

export class Playground {
  readonly store;
  readonly #shelf: DraftShelf;
  /** A program that came with a link is not kept until its reader says so. */
  readonly #keeps: boolean;
  readonly #run: Run;

  constructor(shelf: DraftShelf, shared: CodeRun | null = null, run: Run = api.runCode) {
    this.#shelf = shelf;
    this.#keeps = shared === null;
    this.#run = run;
    const language = shared?.lang ?? shelf.language;
    const draft = shared ? draftOf(shared) : shelf.draft(language);
    this.store = createStore<PlaygroundState>(() => ({ language, draft, open: null, problems: {}, feeds: {}, generation: 0 }));
  }

  get state(): PlaygroundState {
    return this.store.getState();
  }

  choose(language: CodeLanguage): void {
    if (language === this.state.language) return;
    this.#shelf.language = language;
    if (this.#keeps) this.#show(language, this.#shelf.draft(language));
  }

  /** Changes fields of the draft. Their problems go as soon as they are being mended. */
  change(change: Partial<Draft>): void {
    const { language, problems } = this.state;
    const draft = { ...this.state.draft, ...change };
    const rest = Object.fromEntries(Object.entries(problems).filter(([field]) => !(field in change)));
    this.store.setState({ draft, problems: rest });
    if (this.#keeps) this.#shelf.keep(language, draft);
  }

  /** Begins anew with the language's first program. */
  reset(): void {
    const { language } = this.state;
    if (this.#keeps) this.#shelf.forget(language);
    this.#show(language, starter(language));
  }

  /** Makes a program that came with a link the reader's own draft. */
  adopt(): void {
    const { language, draft } = this.state;
    this.#shelf.language = language;
    this.#shelf.keep(language, draft);
  }

  openFile(at: number | null): void {
    this.store.setState({ open: at, generation: this.state.generation + 1 });
  }

  /** Starts the program, unless something is wrong with it or it runs already. */
  run(): StreamFeed | null {
    const { language, draft, feeds } = this.state;
    if (feeds[language]?.isLive) return null;
    const { request, problems } = requestOf(draft, language);
    this.store.setState({ problems });
    if (Object.keys(problems).length > 0) return null;
    const feed = new StreamFeed((signal) => this.#run(request, signal)).start();
    this.store.setState({ feeds: { ...feeds, [language]: feed } });
    void feed.finished.then(() => this.#blame(language, feed));
    return feed;
  }

  cancel(): void {
    this.state.feeds[this.state.language]?.cancel();
  }

  /** Hangs up on every program. */
  close(): void {
    for (const feed of Object.values(this.state.feeds)) feed.close();
  }

  #show(language: CodeLanguage, draft: Draft): void {
    this.store.setState({ language, draft, open: null, problems: {}, generation: this.state.generation + 1 });
  }

  /** Puts a refusal beside the field that it is about. */
  #blame(language: CodeLanguage, feed: StreamFeed): void {
    const field = feed.refusal && fieldOf(feed.refusal);
    if (!feed.refusal || !field || this.state.language !== language || this.state.feeds[language] !== feed) return;
    // What a tool had to say at length stands with the output.
    const [problem] = feed.refusal.message.split("\n");
    this.store.setState({ problems: { ...this.state.problems, [field]: problem } });
  }
}
