import { memo, useLayoutEffect, useRef, useState } from "react";
import type { Line, OutputBuffer, Run } from "./output-buffer.ts";
import type { FoundLines } from "./output-search.ts";
import { traceRole } from "./traceback.ts";

/** Pixels; equals the line height of `.output-line`. */
const rowHeight = 20;
/** Above either, lines no longer wrap and only those in view exist in the page. */
const plainLines = 400;
const plainCharacters = 60_000;
/** Rows drawn beyond the visible ones, so that scrolling shows no gaps. */
const overscan = 12;
/** Characters of one line that are drawn: laying out a megabyte on one line stops the page. */
const longestLine = 4_000;

interface OutputLinesProps {
  buffer: OutputBuffer;
  /** Changes with the buffer's content, which grows in place. */
  revision: number;
  label: string;
  /** The lines in which something was found. */
  found?: FoundLines | undefined;
}

export const OutputLines = memo(function OutputLines({ buffer, revision, label, found }: OutputLinesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [view, setView] = useState({ top: 0, height: 480 });
  const count = buffer.lineCount;
  const virtual = count > plainLines || buffer.characters > plainCharacters;

  useLayoutEffect(() => {
    const element = frame.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
    // The revision stands for the buffer's content.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [revision, virtual]);

  const current = found?.current ?? null;
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || current === null) return;
    const row = virtual ? null : element.querySelector<HTMLElement>(`[data-line="${current}"]`);
    const top = row ? row.offsetTop : current * rowHeight;
    element.scrollTop = top - element.clientHeight / 2;
    following.current = false;
  }, [current, virtual]);

  const look = () => {
    const element = frame.current;
    if (!element) return;
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < rowHeight;
    if (virtual) setView({ top: element.scrollTop, height: element.clientHeight });
  };

  const first = virtual ? Math.max(0, Math.floor(view.top / rowHeight) - overscan) : 0;
  const last = virtual ? Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + overscan) : count;
  const rows = buffer.lines.slice(first, last);
  const cut = rows.find((line) => line.length > longestLine);
  return (
    <>
      <div
        ref={frame}
        role="region"
        aria-label={label}
        tabIndex={0}
        onScroll={look}
        data-lines={count}
        className="code relative max-h-[30rem] overflow-auto overscroll-x-contain py-2 text-[0.8125rem] focus-visible:-outline-offset-2"
      >
        <div
          className={virtual ? "relative min-w-full" : undefined}
          style={virtual ? { height: count * rowHeight, width: "max-content" } : undefined}
        >
          <div
            className={virtual ? "whitespace-pre" : "whitespace-pre-wrap [overflow-wrap:anywhere]"}
            style={virtual ? { transform: `translateY(${first * rowHeight}px)` } : undefined}
          >
            {rows.map((line, at) => (
              <OutputLine key={first + at} line={line} at={first + at} mark={markOf(found, first + at)} />
            ))}
          </div>
        </div>
      </div>
      {cut ? (
        <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-faint">
          A line of {cut.length.toLocaleString("en")} characters is shown up to its {longestLine.toLocaleString("en")}th. The download has
          all of it.
        </p>
      ) : null}
    </>
  );
});

type Mark = "found" | "current" | null;

const marks = { found: "bg-warning-soft", current: "bg-warning-soft outline-1 outline-warning -outline-offset-1" };

function markOf(found: FoundLines | undefined, at: number): Mark {
  if (!found) return null;
  return found.current === at ? "current" : found.lines.has(at) ? "found" : null;
}

function OutputLine({ line, at: row, mark }: { line: Line; at: number; mark: Mark }) {
  const stderr = line.runs.some((run) => run.stream === "stderr");
  const shown = clip(line);
  // A program that colours its own lines knows better.
  const role = stderr && line.runs.every((run) => run.style === null) ? traceRole(line.runs.map((run) => run.text).join("")) : null;
  return (
    <div data-line={row} className={`output-line ${stderr ? "has-stderr" : ""} ${role ? `trace-${role}` : ""} ${mark ? marks[mark] : ""}`}>
      {shown.map((run, at) => (
        // Runs of a line have no identity of their own: their place is the key.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={at} className={classOf(run)} style={colours(run)}>
          {run.text}
        </span>
      ))}
      {line.length > longestLine ? <span className="text-ink-faint"> …</span> : null}
    </div>
  );
}

function clip(line: Line): readonly Run[] {
  if (line.length <= longestLine) return line.runs;
  const shown: Run[] = [];
  let room = longestLine;
  for (const run of line.runs) {
    if (room <= 0) break;
    shown.push({ ...run, text: run.text.slice(0, room) });
    room -= run.text.length;
  }
  return shown;
}

function classOf(run: Run): string | undefined {
  const own = run.style?.className ?? "";
  return (run.stream === "stderr" ? `stderr ${own}` : own) || undefined;
}

function colours(run: Run) {
  const { style } = run;
  if (!style?.color && !style?.background) return undefined;
  return { color: style.color ?? undefined, background: style.background ?? undefined };
}
