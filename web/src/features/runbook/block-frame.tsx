import type { KeyboardEvent, ReactNode, Ref } from "react";

interface BlockFrameProps {
  label: string;
  line: number;
  head: ReactNode;
  actions: ReactNode;
  children: ReactNode;
  runnable?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
  ref?: Ref<HTMLElement>;
}

/** The card around a block: who it is on the left, what can be done on the right. */
export function BlockFrame({ label, line, head, actions, children, runnable, onKeyDown, ref }: BlockFrameProps) {
  return (
    // Runnable cards take focus so that Shift+Enter can walk from one to the next.
    <section
      ref={ref}
      id={line > 0 ? `line-${line}` : undefined}
      aria-label={label}
      tabIndex={runnable ? 0 : -1}
      data-runnable={runnable || undefined}
      data-cell-focus
      onKeyDown={onKeyDown}
      className="overflow-hidden rounded-xl border border-line bg-surface text-base leading-normal shadow-card focus-within:border-line-strong/60 in-data-[mode=edit]:border-accent"
    >
      <div className="flex min-h-12 items-center gap-2.5 border-b border-line py-1.5 pr-2 pl-4">
        {head}
        <div className="ml-auto flex shrink-0 items-center gap-1.5">{actions}</div>
      </div>
      {children}
    </section>
  );
}
