import type { ReactNode } from "react";
import { Skeleton } from "./blank-slate.tsx";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** A list whose rows share a frame. */
export function ListCard({ children }: { children: ReactNode }) {
  return <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-card">{children}</ul>;
}

/** The frame while its rows are on their way. */
export function ListSkeleton({ label }: { label: string }) {
  return (
    <div role="status" className="divide-y divide-line rounded-2xl border border-line bg-surface">
      <span className="sr-only">{label}</span>
      {["w-52", "w-72", "w-44"].map((width) => (
        <div key={width} className="space-y-3 px-5 py-4">
          <Skeleton className={`h-4 max-w-full ${width}`} />
          <Skeleton className="h-3 w-32" />
        </div>
      ))}
    </div>
  );
}

/** A list that is one part of a page and has nothing in it. */
export function ListEmpty({ children }: { children: ReactNode }) {
  return <p className="rounded-2xl border border-dashed border-line-strong/50 px-5 py-8 text-center text-sm text-pretty text-ink-faint">{children}</p>;
}

/** A list that could not be loaded, and another attempt. */
export function ListFailure({ error, busy, onRetry }: { error: Error; busy: boolean; onRetry: () => void }) {
  return (
    <Notice
      action={
        <Button size="small" icon="retry" busy={busy} onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {error.message}
    </Notice>
  );
}
