/** What the parts of a plan share: what it is, and what can be done about it. */
import { createContext, use } from "react";
import { deleteStep, execute, retryStep, revert, stop, type AgentSession, type ExecuteTarget, type Plan, type Step } from "@/api/__generated__/agents.ts";
import { confirm } from "@/ui/confirm.tsx";
import { useAct } from "./agent-queries.ts";
import { tellFailure } from "./tell-failure.ts";

export interface PlanActions {
  run: (target: ExecuteTarget) => void;
  retry: (step: string) => void;
  stop: () => void;
  revert: (step: Step) => void;
  remove: (step: Step) => void;
  /** Something is being sent. */
  busy: boolean;
}

export interface PlanContextValue {
  session: AgentSession;
  plan: Plan;
  actions: PlanActions;
  onEdit: (step: Step) => void;
}

export const PlanContext = createContext<PlanContextValue | null>(null);

export function usePlanContext(): PlanContextValue {
  const value = use(PlanContext);
  if (!value) throw new Error("a part of a plan was shown without it");
  return value;
}

export function usePlanActions({ id }: AgentSession, plan: Plan | null): PlanActions {
  const running = useAct(execute, id);
  const retrying = useAct(retryStep, id);
  const stopping = useAct(stop, id);
  const reverting = useAct(revert, id);
  const removing = useAct(deleteStep, id);
  const expectedVersion = plan?.version ?? 0;
  const askRevert = async ({ number, title }: Step) => {
    const body = `Step ${number} “${title}” and all steps after it are taken back: their commits leave the branches, and pull requests that are empty then are closed.`;
    if (await confirm({ title: `Revert from step ${number}?`, body, action: "Revert" })) reverting.mutate({ from: number }, { onError: tellFailure });
  };
  const askRemove = async ({ number, title, isLeaf }: Step) => {
    const body = `“${title}”${isLeaf ? "" : " and the steps within it"} is taken out of the plan, and those after it are renumbered. Versions before stay.`;
    if (await confirm({ title: `Delete step ${number}?`, body, action: "Delete step" })) removing.mutate({ expectedVersion, step: number }, { onError: tellFailure });
  };
  return {
    run: (target) => running.mutate({ expectedVersion, target }, { onError: tellFailure }),
    retry: (step) => retrying.mutate({ step }, { onError: tellFailure }),
    stop: () => stopping.mutate({}, { onError: tellFailure }),
    revert: (step) => void askRevert(step),
    remove: (step) => void askRemove(step),
    busy: running.isPending || retrying.isPending || stopping.isPending || reverting.isPending || removing.isPending,
  };
}
