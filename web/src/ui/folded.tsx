import type { ReactNode } from "react";

/** What its author hides, for readers who want to see it all the same. */
export function Folded({ words, children }: { words: string; children: ReactNode }) {
  return (
    <details className="group">
      <summary className="cursor-pointer px-4 py-2 text-[0.8125rem] text-ink-faint select-none hover:text-ink-soft">{words} hidden by the author</summary>
      {children}
    </details>
  );
}
