import { Icon, type IconName } from "@/ui/icon.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import type { Words } from "./session-words.ts";

const looks: Record<Words["tone"], string> = {
  accent: "bg-accent-soft text-accent",
  success: "bg-success-soft text-success",
  failure: "bg-failure-soft text-failure",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-line/70 text-ink-soft",
};

const icons: Record<Exclude<Words["tone"], "accent">, IconName> = { success: "check", failure: "cross", warning: "pause", neutral: "clock" };

/** How far a session or a step is. */
export function StateBadge({ words: { label, tone } }: { words: Words }) {
  return (
    <span data-state={label} className={`inline-flex shrink-0 items-center gap-1.5 rounded-full py-0.5 pr-2.5 pl-2 text-xs font-medium ${looks[tone]}`}>
      {tone === "accent" ? <Spinner className="size-3.5" /> : <Icon name={icons[tone]} className="size-3.5" />}
      {label}
    </span>
  );
}
