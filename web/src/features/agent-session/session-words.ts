/** What people are told of a session and its work. */
import type { Failure } from "@/api/agent-events.ts";
import type {
  AgentSession,
  Branch,
  Person,
  PullMode,
  Readiness,
  SessionStatus,
  Stage,
  StepCounts,
  StepState,
  Work,
} from "@/api/__generated__/agents.ts";
import type { Tone } from "@/features/execution/outcome.ts";

export interface Words {
  label: string;
  tone: Tone | "accent";
}

const statuses: Record<SessionStatus, Words> = {
  GENERATING_STEPS: { label: "planning", tone: "accent" },
  NOT_STARTED: { label: "not started", tone: "neutral" },
  IN_PROGRESS: { label: "in progress", tone: "accent" },
  PARTIALLY_COMPLETED: { label: "partly completed", tone: "neutral" },
  FAILED: { label: "failed", tone: "failure" },
  COMPLETED: { label: "completed", tone: "success" },
};

/** How far a session is. What keeps it from going on comes first. */
export function statusOf({ status, lifecycle, steps }: Pick<AgentSession, "status" | "lifecycle"> & { steps?: StepCounts }): Words {
  if (lifecycle === "ARCHIVED") return { label: "archived", tone: "neutral" };
  if (lifecycle === "PAUSED") return { label: "paused", tone: "warning" };
  if (status === "NOT_STARTED" && steps?.total === 0) return { label: "no plan yet", tone: "neutral" };
  return statuses[status];
}

/** "2 of 5 steps, 1 failed"; null before there is a plan. */
export function stepsInWords({ total, completed, failed }: StepCounts): string | null {
  if (total === 0) return null;
  return `${completed} of ${total} ${total === 1 ? "step" : "steps"}${failed > 0 ? `, ${failed} failed` : ""}`;
}

export const stepStates: Record<StepState, Words> = {
  NOT_STARTED: { label: "not started", tone: "neutral" },
  QUEUED: { label: "queued", tone: "neutral" },
  IN_PROGRESS: { label: "in progress", tone: "accent" },
  COMPLETED: { label: "completed", tone: "success" },
  FAILED: { label: "failed", tone: "failure" },
};

const stages: Record<Stage, string> = {
  PREPARING: "preparing the sandbox",
  WORKING: "the agent works",
  CHECKING: "checks run",
  DELIVERING: "committing and pushing",
  RECOVERING: "looking what has reached the forge",
  WAITING: "waiting to try again",
  STOPPING: "stopping",
};

/** "Step 1.1: the agent works, repair 1". */
export function runningInWords(work: Work, branches: readonly Branch[]): string {
  const stage = work.stage === null ? "" : `: ${work.kind === "TURN" && work.stage === "WORKING" ? "thinking and reading" : stages[work.stage]}`;
  const more = [...(work.repairs > 0 ? [`repair ${work.repairs}`] : []), ...(work.retries > 0 ? [`attempt ${work.retries + 1}`] : [])];
  return `${workInWords(work, branches)}${stage}${more.length > 0 ? `, ${more.join(", ")}` : ""}`;
}

export function workInWords({ kind, step, branch, text }: Work, branches: readonly Branch[]): string {
  const named = branches.find((it) => it.id === branch)?.name ?? "a branch";
  switch (kind) {
    case "TURN":
      return text ? `“${shortened(text)}”` : "A message";
    case "STEP":
      return `Step ${step}`;
    case "REVISION":
      return `Revision of ${named}`;
    case "REVERT":
      return `Revert from step ${step}`;
    case "OPEN_REQUEST":
      return `Pull request of ${named}`;
    case "VISIT":
      return "A terminal";
  }
}

function shortened(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** Why a session is paused, and what makes it go on. */
export function pauseInWords({ pauseReason }: Pick<AgentSession, "pauseReason">): string {
  switch (pauseReason) {
    case "IDLE":
      return "Nothing happened for a while, so it was paused. A message or a step wakes it.";
    case "BUDGET":
      return "It has cost its budget. Raise the budget in its settings to go on.";
    case "USER_BUDGET":
      return "All sessions of its owner together have cost what they may in a month. It can go on when the next month begins, or when an administrator allows more.";
    case "ASKED":
    case null:
      return "Somebody paused it. What was under way comes first when it goes on.";
  }
}

export function failureInWords(failure: Failure, nameOf: (id: string) => string): string {
  switch (failure.failure) {
    case "checks":
      return `${failure.failures.length === 1 ? "A check" : `${failure.failures.length} checks`} did not pass: ${failure.failures.map(({ step, line }) => `step ${step}, line ${line}`).join("; ")}.`;
    case "lasting":
      return failure.why;
    case "tried_too_often":
      return `Each attempt failed; the last one: ${failure.why}`;
    case "stopped":
      return `${nameOf(failure.by)} stopped it.`;
  }
}

/** What waits for somebody, and where it is shown; null where nothing does. */
export function attentionOf({ approvals, questions, choiceAfter, proposal, plan, running, lifecycle }: AgentSession): { pane: "chat" | "plan"; words: string } | null {
  const [approval] = approvals;
  if (approval) return { pane: "chat", words: `The agent asks for leave to use ${approval.tool}.` };
  if (questions.length > 0) return { pane: "chat", words: "The agent asks something." };
  if (choiceAfter !== null) return { pane: "chat", words: `Step ${choiceAfter} is done. Choose how it shall go on.` };
  if (proposal !== null) return { pane: "plan", words: "The agent proposes another plan." };
  if (plan !== null && !plan.approved && running === null && lifecycle === "ACTIVE") return { pane: "plan", words: "The plan waits for approval." };
  return null;
}

export const readinessWords: Record<Readiness, string> = { DRAFT: "draft", ASKED: "becoming ready", READY: "ready" };

export const pullModes: readonly (readonly [PullMode, string])[] = [
  ["STACKED", "Stacked: one for each top-level step"],
  ["SINGLE", "Single: one for all steps"],
  ["MANUAL", "Manual: somebody chooses after each step"],
];

/** Gives people's names by their ids. */
export function namesOf(people: readonly Person[]): (id: string | null) => string {
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (id) => (id === null ? "Runbook" : (names.get(id) ?? "Somebody"));
}

/** A moment as `TimeAgo` takes it. */
export const iso = (at: number): string => new Date(at).toISOString();
