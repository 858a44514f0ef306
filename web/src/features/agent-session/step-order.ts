/** What may be run: steps are carried out in the order of the plan. */
import type { Branch, Plan, Step } from "@/api/__generated__/agents.ts";

/** What the button of a step does. */
export type StepOffer = "run" | "run_through" | "retry" | "stop" | "wait" | "none";

export function leavesOf(plan: Plan): Step[] {
  return plan.steps.filter((it) => it.isLeaf);
}

/** Whether a step is another or lies within it. */
function isWithin(number: string, parent: string): boolean {
  return number === parent || number.startsWith(`${parent}.`);
}

export function offerOf(step: Step, plan: Plan): StepOffer {
  switch (step.state) {
    case "IN_PROGRESS":
      return step.isLeaf ? "stop" : "none";
    case "QUEUED":
      return "wait";
    case "COMPLETED":
      return "none";
    case "FAILED":
      return step.isLeaf ? "retry" : "none";
    case "NOT_STARTED":
      return isNext(step, plan) ? "run" : "run_through";
  }
}

/** Whether nothing before it is left to be asked for. */
function isNext(step: Step, plan: Plan): boolean {
  const leaves = leavesOf(plan);
  const first = leaves.findIndex((it) => isWithin(it.number, step.number));
  return leaves.slice(0, first).every((it) => it.state === "COMPLETED" || it.state === "IN_PROGRESS" || it.state === "QUEUED");
}

/** The first step that nobody has asked for. */
export function nextStep(plan: Plan): Step | null {
  return leavesOf(plan).find((it) => it.state === "NOT_STARTED" || it.state === "FAILED") ?? null;
}

/** What has been carried out, and what is being so, stays as it is. */
export function isKept({ state }: Step): boolean {
  return state === "COMPLETED" || state === "IN_PROGRESS";
}

/** Completed steps may be taken back, but not what is merged. */
export function canRevert({ number, isLeaf, state }: Step, branches: readonly Branch[]): boolean {
  return isLeaf && state === "COMPLETED" && !branches.some((it) => it.state === "MERGED" && it.steps.includes(number));
}

/** The plan's own text of a step, whose first line is its title. */
export function textOf({ title, body }: Step): string {
  return body.trim() === "" ? `${title}\n` : `${title}\n\n${body.trim()}\n`;
}
