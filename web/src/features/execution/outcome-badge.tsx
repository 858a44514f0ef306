import { Icon } from "@/ui/icon.tsx";
import type { Tone, Verdict } from "./outcome.ts";

const tones: Record<Tone, string> = {
  success: "bg-success-soft text-success",
  failure: "bg-failure-soft text-failure",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-line/70 text-ink-soft",
};

export function OutcomeBadge({ verdict }: { verdict: Verdict }) {
  return (
    <span
      data-outcome={verdict.label}
      className={`inline-flex items-center gap-1.5 rounded-full py-0.5 pr-2.5 pl-2 text-xs font-medium ${tones[verdict.tone]}`}
    >
      <Icon name={verdict.icon} className="size-3.5" />
      {verdict.label}
    </span>
  );
}
