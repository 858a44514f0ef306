import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface BlankSlateProps {
  icon: IconName;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** What a page shows when it has nothing to show: why, and the way on. */
export function BlankSlate({ icon, title, children, action }: BlankSlateProps) {
  return (
    <div className="flex flex-col items-center rounded-2xl border border-dashed border-line-strong/50 px-6 py-16 text-center">
      <span className="mb-5 flex size-12 items-center justify-center rounded-2xl bg-accent-soft text-accent">
        <Icon name={icon} className="size-6" />
      </span>
      <h2 className="text-lg font-semibold tracking-tight text-ink">{title}</h2>
      <div className="mt-2 max-w-sm text-[0.9375rem] text-pretty text-ink-faint">{children}</div>
      {action ? <div className="mt-6">{action}</div> : null}
    </div>
  );
}

export function Skeleton({ className = "" }: { className?: string }) {
  return <div aria-hidden="true" className={`animate-pulse rounded-md bg-line/70 ${className}`} />;
}
