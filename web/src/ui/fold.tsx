import type { ReactNode } from "react";

interface FoldProps {
  title: string;
  /** What a reader should know of it while it is closed. */
  note: string | null;
  open: boolean;
  onToggle: (open: boolean) => void;
  tone?: "neutral" | "failure";
  children: ReactNode;
}

/** A part of a form that stays out of the way until it is needed. */
export function Fold({ title, note, open, onToggle, tone = "neutral", children }: FoldProps) {
  return (
    <details open={open} className="group">
      <summary
        // The state is the page's: left to itself, the element would open and close at odds with it.
        onClick={(event) => {
          event.preventDefault();
          onToggle(!open);
        }}
        className="flex cursor-pointer list-none items-center gap-2 rounded-lg px-4 py-3 text-sm font-medium text-ink select-none focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden"
      >
        <svg viewBox="0 0 12 12" aria-hidden="true" className="size-3 shrink-0 text-ink-faint transition-transform group-open:rotate-90" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">
          <path d="m4 2 4 4-4 4" />
        </svg>
        {title}
        {note === null ? null : (
          <span className={`ml-auto min-w-0 truncate text-[0.8125rem] font-normal ${tone === "failure" ? "text-failure" : "text-ink-faint"}`}>{note}</span>
        )}
      </summary>
      {open ? <div className="px-4 pb-4">{children}</div> : null}
    </details>
  );
}
