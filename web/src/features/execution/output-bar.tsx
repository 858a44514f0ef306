import { CopyButton } from "@/ui/copy-button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { useNow } from "@/ui/time.tsx";
import { plainText, rawOutput, type ExecutionState } from "./execution-state.ts";
import { duration, size, type Verdict } from "./outcome.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";

interface OutputBarProps {
  state: ExecutionState;
  verdict: Verdict | null;
  name: string;
  stale: string | null;
}

export function OutputBar({ state, verdict, name, stale }: OutputBarProps) {
  const ending = state.ending?.kind === "outcome" ? state.ending : null;
  const ran = ending?.durationMs ?? null;
  const hasText = state.parts.some((part) => part.kind === "text");
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-x-2.5 gap-y-1 py-1.5 pr-2 pl-3">
      {verdict ? <OutcomeBadge verdict={verdict} /> : <Progress state={state} />}
      {verdict && ran !== null ? (
        <span className="text-xs text-ink-faint tabular-nums">
          {duration(ran)}
          {ending?.usage ? ` · ${duration(ending.usage.cpuMs)} CPU · ${size(ending.usage.peakMemoryBytes)}` : null}
        </span>
      ) : null}
      {stale !== null ? (
        <span
          title={`${stale} Run it again.`}
          className="inline-flex items-center gap-1 rounded-full bg-warning-soft px-2 py-0.5 text-xs font-medium text-warning"
        >
          stale
          <span className="sr-only">: {stale}</span>
        </span>
      ) : null}
      {hasText ? (
        <span className="ml-auto flex items-center">
          <CopyButton label={`Copy output of ${name}`} text={() => plainText(state)} />
          <button
            type="button"
            aria-label={`Download output of ${name}`}
            title="Download full output"
            onClick={() => download(state, name)}
            className="inline-flex size-7 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-line/60 hover:text-ink"
          >
            <Icon name="download" className="size-3.5" />
          </button>
        </span>
      ) : null}
    </div>
  );
}

function Progress({ state }: { state: ExecutionState }) {
  const running = state.phase !== "queued" && state.startedAt !== null;
  const now = useNow(running ? 200 : null);
  const elapsed = running && state.startedAt !== null ? Math.max(0, now - Date.parse(state.startedAt)) : null;
  // Before a program writes, what is done for it is all there is to tell.
  const notice = state.parts.length === 0 ? state.notices.at(-1) : undefined;
  const words = { queued: "Waiting for its turn", running: "Running", stopping: "Stopping", finished: "Finished" }[state.phase];
  return (
    <span className="inline-flex min-w-0 items-center gap-2 text-[0.8125rem] text-ink-soft">
      <Spinner className="size-3.5 text-accent" />
      {words}
      {notice === undefined ? null : <span className="min-w-0 truncate text-xs text-ink-faint">{notice}</span>}
      {elapsed !== null && elapsed > 900 ? <span className="text-xs text-ink-faint tabular-nums">{(elapsed / 1000).toFixed(1)} s</span> : null}
    </span>
  );
}

function download(state: ExecutionState, name: string): void {
  const url = URL.createObjectURL(new Blob(rawOutput(state), { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[^\w.-]+/g, "-") || "output"}.txt`;
  link.click();
  // The browser reads the blob after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
