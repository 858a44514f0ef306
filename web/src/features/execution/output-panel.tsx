import { Fragment, type ReactNode } from "react";
import { sentence } from "@/api/errors.ts";
import type { Expectation } from "@/api/schema.ts";
import { Folded } from "@/ui/folded.tsx";
import { Notice } from "@/ui/notice.tsx";
import { DisplayView } from "./display-view.tsx";
import type { EventFeed } from "./event-feed.ts";
import type { Ending, ExecutionState } from "./execution-state.ts";
import { size, verdictOf, type Verdict } from "./outcome.ts";
import { OutputBar } from "./output-bar.tsx";
import { OutputLines } from "./output-lines.tsx";
import type { FoundLines } from "./output-search.ts";

/** More remarks than this fold into one line. */
const openNotices = 2;

interface OutputPanelProps {
  feed: EventFeed;
  state: ExecutionState;
  name: string;
  timeoutMs: number | null;
  /** Why this output no longer follows from the document, as a sentence; null where it does. */
  stale?: string | null;
  /** How the program must end to pass. */
  expected?: Expectation;
  /** How its ending is told, where exit codes have a meaning of their own. */
  judge?: (ending: Ending) => Verdict;
  /** What it wrote is shown only to who asks. */
  folded?: boolean;
  /** How to get more time, where it is not a block's first line that gives it. */
  moreTime?: string;
  /** What was found in each part, by its key. */
  found?: ReadonlyMap<number, FoundLines> | undefined;
  /** What stands below the output while it grows. */
  children?: ReactNode;
}

/** What one execution wrote, and how it is going or went. */
export function OutputPanel(props: OutputPanelProps) {
  const { feed, state, name, timeoutMs, stale = null, expected, folded = false, moreTime, found, children } = props;
  const { judge = (ending: Ending) => verdictOf(ending, timeoutMs, moreTime, expected) } = props;
  const verdict = state.ending ? judge(state.ending) : null;
  const parts = state.parts.map((part) =>
    part.kind === "text" ? (
      <OutputLines key={part.key} buffer={part.buffer} revision={part.revision} label={`Output of ${name}`} found={found?.get(part.key)} />
    ) : (
      <DisplayView key={part.key} bundle={part.bundle} />
    ),
  );
  return (
    <div className="border-t border-line bg-sunken">
      <OutputBar state={state} verdict={verdict} name={name} stale={stale} />
      {feed.interrupted && state.phase !== "finished" ? (
        <Notice tone="warning" className="mx-3 mb-2">
          The connection dropped. The program goes on, and its output continues here as soon as the server answers.
        </Notice>
      ) : null}
      <div className={stale === null ? "" : "opacity-60"}>{folded && parts.length > 0 ? <Folded words="Output">{parts}</Folded> : parts}</div>
      {children}
      {state.phase === "finished" && state.parts.length === 0 && state.ending?.kind === "outcome" ? (
        <p className="px-4 pb-3 text-[0.8125rem] text-ink-faint">No output.</p>
      ) : null}
      {state.limit === null ? null : (
        <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-warning">
          Output is cut at {size(state.limit)}. What the program wrote after that was not kept.
        </p>
      )}
      <Notices notices={state.notices} />
      {verdict?.advice ? (
        <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] whitespace-pre-wrap text-ink-soft">{verdict.advice}</p>
      ) : null}
    </div>
  );
}

/** What we have to say about it. The lines of a build are many, and of interest to few. */
function Notices({ notices }: { notices: readonly string[] }) {
  if (notices.length > openNotices) {
    return (
      <details className="border-t border-line text-[0.8125rem] text-ink-soft">
        <summary className="cursor-pointer px-4 py-2.5 select-none">What was done for it, in {notices.length} lines</summary>
        <pre tabIndex={0} role="region" aria-label="What was done for it" className="code max-h-60 overflow-auto px-4 pb-3 text-xs">
          {notices.join("\n")}
        </pre>
      </details>
    );
  }
  return notices.map((notice) => (
    <p key={notice} className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft">
      <Words text={sentence(notice)} />
    </p>
  ));
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
