import { useState } from "react";
import { DiffPieces } from "@/ui/diff-view.tsx";
import { Icon } from "@/ui/icon.tsx";
import type { Decision } from "@/api/agent-events.ts";
import { Spinner } from "@/ui/spinner.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import type { Leave, ToolItem } from "./chat-item.ts";
import { plainOutput } from "./plain-output.ts";
import { useSessionContext } from "./session-context.ts";
import { piecesOfHunks } from "./unified-diff.ts";

/** One use of a tool: what was asked, what was decided, what came of it. */
export function ToolCallView({ item }: { item: ToolItem }) {
  const { leave } = item;
  if (leave?.state === "open") return <ApprovalCard approval={leave.id} tool={item.tool} input={item.input} pattern={leave.pattern} />;
  return <FoldedCall item={item} />;
}

function FoldedCall({ item }: { item: ToolItem }) {
  const [open, setOpen] = useState(false);
  const first = item.input.trim().split("\n")[0] ?? "";
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group rounded-lg border border-line bg-surface">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-lg px-3 py-2 text-[0.8125rem] select-none hover:bg-sunken focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
        <Icon name="chevron" className="size-3.5 text-ink-faint transition-transform group-open:rotate-90" />
        <span className="shrink-0 font-medium text-ink">{item.tool}</span>
        <code className="min-w-0 flex-1 truncate font-mono text-ink-faint">{first}</code>
        <Standing item={item} />
      </summary>
      {open ? <Details item={item} /> : null}
    </details>
  );
}

function Standing({ item }: { item: ToolItem }) {
  const isDenied = item.verdict === "denied" || (item.leave?.state === "settled" && item.leave.decision.decision === "deny");
  if (isDenied) return <span className="shrink-0 text-xs text-failure">denied</span>;
  if (item.output !== null) return item.failed ? <span className="shrink-0 text-xs text-failure">failed</span> : <Icon name="check" className="size-3.5 text-success" />;
  if (item.cut) return <span className="shrink-0 text-xs text-ink-faint">interrupted</span>;
  return (
    <>
      <Spinner className="size-3.5 text-accent" />
      <span className="sr-only">under way</span>
    </>
  );
}

const blockClass = "max-h-96 overflow-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] break-words whitespace-pre-wrap text-ink-soft";

function Details({ item }: { item: ToolItem }) {
  const { nameOf } = useSessionContext();
  return (
    <div className="space-y-2 px-3 pb-3">
      <pre tabIndex={0} role="region" aria-label={`Input of ${item.tool}`} className={blockClass}>
        {plainOutput(item.input)}
      </pre>
      {item.leave ? <p className="text-[0.8125rem] text-ink-faint">{leaveInWords(item.leave, nameOf)}</p> : null}
      {item.why ? <p className="text-[0.8125rem] text-ink-faint">{`${{ allowed: "Allowed", denied: "Denied", asked: "Asked" }[item.verdict ?? "allowed"]}: ${item.why}`}</p> : null}
      {item.diff ? <DiffPieces pieces={piecesOfHunks(item.diff.hunks)} label={item.diff.path} /> : null}
      {item.output === null || (item.output === "" && item.diff) ? null : (
        <pre tabIndex={0} role="region" aria-label={`Output of ${item.tool}`} className={blockClass}>
          {plainOutput(item.output) || "No output."}
        </pre>
      )}
    </div>
  );
}

function leaveInWords(leave: Leave, nameOf: (id: string | null) => string): string {
  switch (leave.state) {
    case "open":
      return "Leave is asked for.";
    case "withdrawn":
      return "Leave was asked for, and is no longer.";
    case "settled":
      return decisionInWords(leave.decision, nameOf(leave.by), leave.pattern);
  }
}

function decisionInWords(decision: Decision, who: string, pattern: string | null): string {
  switch (decision.decision) {
    case "allow":
      return `${who} allowed it.`;
    case "allow_for_session":
      return `${who} allowed ${pattern ?? "it"} for the session.`;
    case "deny":
      return `${who} denied it${decision.why ? `: ${decision.why}` : "."}`;
  }
}
