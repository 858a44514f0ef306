import { messageOf } from "@/api/errors.ts";
import { settleProposal, type Proposal } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { AttentionCard } from "./attention-card.tsx";
import { usePlanContext } from "./plan-context.ts";
import { useSessionContext } from "./session-context.ts";

/** Another plan that the agent suggests, beside the one there is. */
export function ProposalCard({ proposal }: { proposal: Proposal }) {
  const { plan } = usePlanContext();
  const { id, closed } = useSessionContext();
  const settle = useAct(settleProposal, id);
  const send = (accept: boolean) => settle.mutate({ proposal: proposal.id, accept });
  return (
    <AttentionCard title="The agent proposes another plan">
      {proposal.base === plan.version ? null : (
        <Notice tone="warning" className="mb-3">
          It was made from version {proposal.base}; accepting it takes back what version {plan.version} changed.
        </Notice>
      )}
      {settle.isError ? <Notice className="mb-3">{messageOf(settle.error)}</Notice> : null}
      <DiffView before={plan.text} after={proposal.text} label={`From version ${plan.version} to what is proposed`} />
      <div className="mt-3 grid grid-cols-2 gap-2">
        <Button look="primary" size="large" icon="check" disabled={closed !== null} busy={settle.isPending} onClick={() => send(true)}>
          Accept
        </Button>
        <Button size="large" icon="cross" disabled={closed !== null} busy={settle.isPending} onClick={() => send(false)}>
          Decline
        </Button>
      </div>
    </AttentionCard>
  );
}
