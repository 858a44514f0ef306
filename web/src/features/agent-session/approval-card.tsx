import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import { decide, type Verdict } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { AttentionCard } from "./attention-card.tsx";
import { withNothingUnseen } from "./plain-output.ts";
import { useSessionContext } from "./session-context.ts";

interface ApprovalCardProps {
  approval: number;
  tool: string;
  input: string;
  /** What leave for the session would cover; null where it is only for once. */
  pattern: string | null;
}

/** Leave for one use of a tool. All that the agent would do is shown before the buttons. */
export function ApprovalCard({ approval, tool, input, pattern }: ApprovalCardProps) {
  const { id, closed } = useSessionContext();
  const [why, setWhy] = useState<string | null>(null);
  const send = useAct(decide, id);
  const settle = (verdict: Verdict) => send.mutate({ approval, decision: { verdict, why: verdict === "DENY" ? why?.trim() || null : null } });
  const isSending = (verdict: Verdict) => send.isPending && send.variables.decision.verdict === verdict;
  return (
    <AttentionCard title={`May the agent use ${tool}?`}>
      <pre tabIndex={0} role="region" aria-label="What it would do" className="mb-3 max-h-72 overflow-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] break-words whitespace-pre-wrap text-ink">
        {withNothingUnseen(input)}
      </pre>
      {send.isError ? <Notice className="mb-3">{messageOf(send.error)}</Notice> : null}
      {why === null ? (
        <div className="grid gap-2 sm:grid-cols-2">
          <Button look="primary" size="large" icon="check" disabled={closed !== null || send.isPending} busy={isSending("ALLOW")} onClick={() => settle("ALLOW")}>
            Allow
          </Button>
          <Button size="large" icon="cross" disabled={closed !== null || send.isPending} onClick={() => setWhy("")}>
            Deny…
          </Button>
          {pattern === null ? null : (
            <Button
              size="large"
              disabled={closed !== null || send.isPending}
              busy={isSending("ALLOW_FOR_SESSION")}
              className="h-auto! min-h-11 py-2 whitespace-normal! sm:col-span-2"
              onClick={() => settle("ALLOW_FOR_SESSION")}
            >
              <span className="min-w-0">
                Allow for this session: <code className="font-mono text-[0.8125rem] break-all">{withNothingUnseen(pattern)}</code>
              </span>
            </Button>
          )}
        </div>
      ) : (
        <form
          className="space-y-3"
          onSubmit={(event) => {
            event.preventDefault();
            settle("DENY");
          }}
        >
          <Field label="Why not?" value={why} placeholder="Use the test of the package instead" hint="The agent is told, and goes on without." onChange={(event) => setWhy(event.target.value)} />
          <div className="grid grid-cols-2 gap-2">
            <Button size="large" onClick={() => setWhy(null)}>
              Back
            </Button>
            <Button type="submit" look="danger" size="large" busy={send.isPending}>
              Deny
            </Button>
          </div>
        </form>
      )}
    </AttentionCard>
  );
}
