/** What the parts of a plan share: what it is, and what can be done about it. */
import { createContext, use, useMemo } from "react";
import { deleteStep, execute, retryStep, revert, stop, type AgentSession, type Branch, type Comment, type ExecuteTarget, type Plan, type Step } from "@/api/__generated__/agents.ts";
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

/** Only what steps are drawn of: a session changes many times a second, and a plan has hundreds of them. */
export interface PlanContextValue {
  plan: Plan;
  comments: readonly Comment[];
  branches: readonly Branch[];
  /** Nothing runs, and nothing waits. */
  isIdle: boolean;
  actions: PlanActions;
  onEdit: (step: Step) => void;
}

export const PlanContext = createContext<PlanContextValue | null>(null);

export function usePlanContext(): PlanContextValue {
  const value = use(PlanContext);
  if (!value) throw new Error("a part of a plan was shown without it");
  return value;
}

export function usePlanValue({ id, comments, branches, running, queue }: AgentSession, plan: Plan, onEdit: (step: Step) => void): PlanContextValue {
  const actions = usePlanActions(id, plan.version);
  const isIdle = running === null && queue.length === 0;
  return useMemo(() => ({ plan, comments, branches, isIdle, actions, onEdit }), [plan, comments, branches, isIdle, actions, onEdit]);
}

function usePlanActions(session: string, expectedVersion: number): PlanActions {
  const { mutate: run, isPending: isRunning } = useAct(execute, session);
  const { mutate: retry, isPending: isRetrying } = useAct(retryStep, session);
  const { mutate: halt, isPending: isStopping } = useAct(stop, session);
  const { mutate: takeBack, isPending: isReverting } = useAct(revert, session);
  const { mutate: remove, isPending: isRemoving } = useAct(deleteStep, session);
  const busy = isRunning || isRetrying || isStopping || isReverting || isRemoving;
  return useMemo(
    () => ({
      run: (target) => run({ expectedVersion, target }, told),
      retry: (step) => retry({ step }, told),
      stop: () => halt({}, told),
      revert: (step) => void askRevert(step).then((yes) => yes && takeBack({ from: step.number }, told)),
      remove: (step) => void askRemove(step).then((yes) => yes && remove({ expectedVersion, step: step.number }, told)),
      busy,
    }),
    [expectedVersion, run, retry, halt, takeBack, remove, busy],
  );
}

const told = { onError: tellFailure };

function askRevert({ number, title }: Step): Promise<boolean> {
  const body = `Step ${number} “${title}” and all steps after it are taken back: their commits leave the branches, and pull requests that are empty then are closed.`;
  return confirm({ title: `Revert from step ${number}?`, body, action: "Revert" });
}

function askRemove({ number, title, isLeaf }: Step): Promise<boolean> {
  const body = `“${title}”${isLeaf ? "" : " and the steps within it"} is taken out of the plan, and those after it are renumbered. Versions before stay.`;
  return confirm({ title: `Delete step ${number}?`, body, action: "Delete step" });
}
