import { useMemo, useState, type KeyboardEvent } from "react";
import type { EventFeed } from "@/features/execution/event-feed.ts";
import type { ExecutionState } from "@/features/execution/execution-state.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { find, foundIn } from "@/features/execution/output-search.ts";
import { IconButton } from "@/ui/button.tsx";

interface JobLogProps {
  feed: EventFeed;
  state: ExecutionState;
  name: string;
  timeoutMs: number | null;
}

/** What the job wrote, over all its attempts, as it writes it. Enter goes to the next line found, Shift+Enter to the one before. */
export function JobLog({ feed, state, name, timeoutMs }: JobLogProps) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  // The parts of a state grow in place, and every new state has a sequence number of its own.
  // oxlint-disable-next-line react/exhaustive-deps
  const hits = useMemo(() => find(state.parts, text), [state.seq, state.parts, text]);
  const found = useMemo(() => foundIn(hits, at), [hits, at]);
  const step = (by: number) => {
    if (hits.length > 0) setAt((at + by + hits.length) % hits.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  return (
    <section aria-label="Log" className="overflow-hidden rounded-xl border border-line bg-surface shadow-card">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 py-2 pr-2 pl-4">
        <h2 className="mr-auto text-sm font-medium text-ink">Log</h2>
        <div role="search" className="flex min-w-0 items-center gap-1">
          <span role="status" className="text-xs text-ink-faint tabular-nums">
            {text === "" ? "" : hits.length === 0 ? "not found" : `${at + 1} of ${hits.length}`}
          </span>
          <input
            type="search"
            aria-label="Search the log"
            placeholder="Search the log"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
            className="h-8 w-40 min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2.5 text-[0.8125rem] text-ink placeholder:text-ink-faint hover:border-line-strong sm:w-52"
          />
          <IconButton icon="arrowDown" label="Next line found" disabled={hits.length === 0} onClick={() => step(1)} className="size-8!" />
        </div>
      </div>
      <OutputPanel
        feed={feed}
        state={state}
        name={name}
        timeoutMs={timeoutMs}
        moreTime="Submit it again with a higher timeout."
        found={text === "" ? undefined : found}
      />
    </section>
  );
}
