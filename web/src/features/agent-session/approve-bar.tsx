import { approvePlan, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { useAct } from "./agent-queries.ts";
import { usePlanContext } from "./plan-context.ts";
import { leavesOf, nextStep } from "./step-order.ts";
import { tellFailure } from "./tell-failure.ts";

/** Approves a plan and has it carried out: at the thumb of whoever holds a phone. */
export function ApproveBar({ session }: { session: AgentSession }) {
  const { plan, actions } = usePlanContext();
  const approve = useAct(approvePlan, session.id);
  const next = nextStep(plan);
  if (next === null || session.lifecycle === "ARCHIVED" || session.choiceAfter !== null) return null;
  const left = leavesOf(plan).filter((it) => it.state === "NOT_STARTED" || it.state === "FAILED").length;
  const isBusy = actions.busy || approve.isPending;
  const word = next.state === "FAILED" ? "Retry" : "Run";
  return (
    <div className="sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center gap-2 border-t border-line bg-paper px-4 py-3 sm:-mx-6 sm:px-6 lg:mx-0 lg:px-0">
      {left === 1 && plan.approved ? null : (
        <Button look="primary" size="large" icon="playAll" busy={isBusy} className="flex-1" onClick={() => actions.run({ all: true })}>
          {plan.approved ? `Run all ${left} steps` : "Approve and run all"}
        </Button>
      )}
      <Button
        look={left === 1 && plan.approved ? "primary" : "secondary"}
        size="large"
        icon="play"
        busy={isBusy}
        className="flex-1"
        title={`Step ${next.number}: ${next.title}`}
        onClick={() => (next.state === "FAILED" ? actions.retry(next.number) : actions.run({ next: true }))}
      >
        {plan.approved ? `${word} step ${next.number}` : "Next step only"}
      </Button>
      {plan.approved ? null : (
        <Button
          size="large"
          icon="check"
          busy={isBusy}
          onClick={() => approve.mutate({ expectedVersion: plan.version }, { onError: tellFailure })}
        >
          Approve
        </Button>
      )}
    </div>
  );
}
