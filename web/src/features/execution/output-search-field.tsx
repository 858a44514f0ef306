import { useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { IconButton } from "@/ui/button.tsx";
import type { ExecutionState } from "./execution-state.ts";
import { find, foundIn, type FoundLines } from "./output-search.ts";

/** A field that searches an output, and what it has found. Enter goes to the next line, Shift+Enter to the one before. */
export function useOutputSearch(state: ExecutionState, label: string): { field: ReactNode; found: ReadonlyMap<number, FoundLines> | undefined } {
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
  const field = (
    <div className="flex min-w-0 items-center gap-1">
      <span role="status" className="text-xs text-ink-faint tabular-nums">
        {text === "" ? "" : hits.length === 0 ? "not found" : `${at + 1} of ${hits.length}`}
      </span>
      <input
        type="search"
        aria-label={label}
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
  );
  return { field, found: text === "" ? undefined : found };
}
