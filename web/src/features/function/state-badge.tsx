import type { Tone } from "@/features/execution/outcome.ts";

const tones: Record<Tone, string> = {
  success: "bg-success-soft text-success",
  failure: "bg-failure-soft text-failure",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-line/70 text-ink-soft",
};

export function StateBadge({ label, tone, title }: { label: string; tone: Tone; title?: string }) {
  return (
    <span title={title} data-state={label} className={`inline-flex shrink-0 items-center rounded-full px-2.5 py-0.5 text-xs font-medium ${tones[tone]}`}>
      {label}
    </span>
  );
}
