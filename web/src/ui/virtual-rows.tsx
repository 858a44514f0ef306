import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

interface VirtualRowsProps {
  label: string;
  count: number;
  /** Pixels; each row is as high. */
  rowHeight: number;
  renderRow: (at: number) => ReactNode;
  /** The last row has come into view. */
  onEnd?: () => void;
  className?: string;
}

/** Rows drawn beyond the visible ones, so that scrolling shows no gaps. */
const overscan = 10;

/** A list of which only the rows in view exist in the page. Arrows walk through what can take the focus in it. */
export function VirtualRows({ label, count, rowHeight, renderRow, onEnd, className = "" }: VirtualRowsProps) {
  const frame = useRef<HTMLUListElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const element = frame.current;
    if (!element) return;
    setView({ top: element.scrollTop, height: element.clientHeight });
    if (element.scrollTop + element.clientHeight > (count - overscan) * rowHeight) onEnd?.();
  };
  const first = Math.max(0, Math.min(Math.floor(view.top / rowHeight), count) - overscan);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  return (
    // What is in its rows takes the focus; keys are heard for all of them.
    <ul ref={frame} aria-label={label} onScroll={onScroll} onKeyDown={walk} className={`relative overflow-auto ${className}`}>
      <li role="presentation" aria-hidden="true" style={{ height: first * rowHeight }} />
      {Array.from({ length: Math.max(0, last - first) }, (_, at) => (
        <li key={first + at} aria-setsize={count} aria-posinset={first + at + 1} style={{ height: rowHeight }}>
          {renderRow(first + at)}
        </li>
      ))}
      <li role="presentation" aria-hidden="true" style={{ height: Math.max(0, count - last) * rowHeight }} />
    </ul>
  );
}

function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const here = event.target instanceof HTMLElement ? event.target.closest("li") : null;
  if (step === undefined || !here) return;
  event.preventDefault();
  const next = step > 0 ? here.nextElementSibling : here.previousElementSibling;
  next?.querySelector<HTMLElement>("button")?.focus();
}
