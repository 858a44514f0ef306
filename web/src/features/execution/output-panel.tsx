import { Fragment } from "react";
import { sentence } from "@/api/errors.ts";
import { Notice } from "@/ui/notice.tsx";
import { DisplayView } from "./display-view.tsx";
import type { ExecutionFeed } from "./execution-feed.ts";
import type { ExecutionState } from "./execution-state.ts";
import { size, verdictOf } from "./outcome.ts";
import { OutputBar } from "./output-bar.tsx";
import { OutputLines } from "./output-lines.tsx";

interface OutputPanelProps {
  feed: ExecutionFeed;
  state: ExecutionState;
  name: string;
  timeoutMs: number | null;
  /** The block was edited after this output was made. */
  stale: boolean;
}

/** What one execution wrote, and how it is going or went. */
export function OutputPanel({ feed, state, name, timeoutMs, stale }: OutputPanelProps) {
  const verdict = state.ending ? verdictOf(state.ending, timeoutMs) : null;
  return (
    <div className="border-t border-line bg-sunken">
      <OutputBar state={state} verdict={verdict} name={name} stale={stale} />
      {feed.interrupted && state.phase !== "finished" ? (
        <Notice tone="warning" className="mx-3 mb-2">
          The connection dropped. The program goes on, and its output continues here as soon as the server answers.
        </Notice>
      ) : null}
      <div className={stale ? "opacity-60" : ""}>
        {state.parts.map((part) =>
          part.kind === "text" ? (
            <OutputLines key={part.key} buffer={part.buffer} revision={part.revision} label={`Output of ${name}`} />
          ) : (
            <DisplayView key={part.key} bundle={part.bundle} />
          ),
        )}
      </div>
      {state.phase === "finished" && state.parts.length === 0 && state.ending?.kind === "outcome" ? (
        <p className="px-4 pb-3 text-[0.8125rem] text-ink-faint">No output.</p>
      ) : null}
      {state.limit === null ? null : (
        <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-warning">
          Output is cut at {size(state.limit)}. What the program wrote after that was not kept.
        </p>
      )}
      {state.notices.map((notice) => (
        <p key={notice} className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft">
          <Words text={sentence(notice)} />
        </p>
      ))}
      {verdict?.advice ? (
        <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft">{verdict.advice}</p>
      ) : null}
    </div>
  );
}

/** Plain words in which `backticks` mark what is to be typed. */
function Words({ text }: { text: string }) {
  return text.split("`").map((piece, at) =>
    at % 2 === 1 ? (
      // The pieces of one text never move.
      // oxlint-disable-next-line react/no-array-index-key
      <code key={at} className="rounded border border-line bg-surface px-1 py-px font-mono text-xs whitespace-nowrap text-ink">
        {piece}
      </code>
    ) : (
      // oxlint-disable-next-line react/no-array-index-key
      <Fragment key={at}>{piece}</Fragment>
    ),
  );
}
