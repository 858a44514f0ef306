import type { Tone } from "@/features/execution/outcome.ts";
import { Icon } from "@/ui/icon.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import type { Standing } from "./job-status.ts";

const tones: Record<Tone, string> = {
  success: "bg-success-soft text-success",
  failure: "bg-failure-soft text-failure",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-line/70 text-ink-soft",
};

export function JobBadge({ standing }: { standing: Standing }) {
  const running = standing.label === "running";
  return (
    <span
      data-state={standing.label}
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full py-0.5 pr-2.5 pl-2 text-xs font-medium ${running ? "bg-accent-soft text-accent" : tones[standing.tone]}`}
    >
      {standing.icon ? <Icon name={standing.icon} className="size-3.5" /> : running || standing.label === "cancelling" ? <Spinner className="size-3.5" /> : <Icon name="clock" className="size-3.5" />}
      {standing.label}
    </span>
  );
}
