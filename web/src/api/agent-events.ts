/** What an event of an agent session says: its `body`, as the server stores it. Numbers name earlier events. */

export type Stage = { stage: "preparing" | "working" | "checking" | "delivering" | "recovering" | "waiting" | "stopping" };

export type Task =
  | { task: "turn"; text: string }
  | { task: "step"; step: string }
  | { task: "revision"; branch: number; source: Source; text: string }
  | { task: "revert"; from: string }
  | { task: "open_request"; branch: number }
  | { task: "visit" };

export type Source = { source: "person"; user: string } | { source: "review"; by: string } | { source: "ci"; head: string };

export interface CheckFailure {
  step: string;
  line: number;
  output: string;
}

export type Failure =
  | { failure: "checks"; failures: CheckFailure[] }
  | { failure: "lasting" | "tried_too_often"; why: string }
  | { failure: "stopped"; by: string };

export type End = { end: "completed" } | { end: "failed"; failure: Failure } | { end: "requeued" };

export type Author = { author: "agent" } | { author: "person"; user: string } | { author: "rollback"; user: string; to: number };

export type Decision = { decision: "allow" } | { decision: "allow_for_session" } | { decision: "deny"; why: string };

export type Choice = "stacked_request" | "same_branch" | "new_branch" | "cancel_rest";

export interface Delivered {
  branch: number;
  name: string;
  head: string;
  request: { number: number; url: string } | null;
}

export interface Hunk {
  old_start: number;
  old_lines: number;
  new_start: number;
  new_lines: number;
  lines: string[];
}

export interface FileDiff {
  path: string;
  hunks: Hunk[];
}

export type Note =
  | { note: "thought" | "progress"; text: string }
  | { note: "tool_called"; call: string; tool: string; input: string }
  | { note: "tool_judged"; call: string; verdict: "allowed" | "denied" | "asked"; why?: string | null }
  | { note: "tool_ended"; call: string; output: string; failed: boolean; diff?: FileDiff | null }
  | { note: "retrying"; why: string; attempt: number }
  | { note: "script"; path: string; output: string; passed: boolean }
  | { note: "check"; step: string; line: number; output: string; passed: boolean };

type Noted = { event: "noted"; fence: number } & Note;

type Life =
  | { event: "opened" | "configured" | "metered" }
  | { event: "restarted" }
  | { event: "shared"; by: string; with: string }
  | { event: "paused"; by: string | null; reason: "asked" | "idle" | "budget" | "user_budget" }
  | { event: "resumed" | "archived" | "unarchived"; by: string | null }
  | { event: "sandbox_lost"; why: string };

type OfPlan =
  | { event: "plan_saved"; version: number; text: string; by: Author }
  | { event: "plan_refused"; fence: number; remarks: string[] }
  | { event: "plan_proposed"; text: string; base: number }
  | { event: "proposal_settled"; proposal: number; by: string; verdict: "accepted" | "declined" }
  | { event: "plan_approved"; by: string | null; version: number }
  | { event: "commented"; by: string; step: string; text: string }
  | { event: "comment_resolved"; by: string; comment: number };

type OfWork =
  | { event: "queued"; by: string | null; place: "first" | "last"; task: Task }
  | { event: "dequeued"; works: number[]; reason: "stopped" | "step_failed" | "plan_changed" | "moot" }
  | { event: "began"; work: number; from: Stage }
  | { event: "prepared"; fence: number; warning: string | null }
  | { event: "said"; fence: number; text: string }
  | { event: "entered"; fence: number; to: Stage }
  | { event: "checked"; fence: number; failures: CheckFailure[] }
  | { event: "head_moved"; fence: number; from: string; to: string }
  | { event: "delivered"; fence: number; change: Delivered | null }
  | { event: "faltered"; fence: number; why: string; until: string }
  | { event: "ended"; work: number; end: End };

type Ask =
  | { event: "approval_asked"; fence: number; call: { id: string; tool: string; input: string; pattern: string | null } }
  | { event: "approval_settled"; approval: number; by: string | null; decision: Decision }
  | { event: "question_asked"; fence: number; asked: { text: string; options: string[] }[] }
  | { event: "question_settled"; question: number; by: string | null; answers: string[] }
  | { event: "choice_asked"; after: string }
  | { event: "chosen"; by: string; choice: Choice };

/** The first check that failed, with the end of its log. */
export type CiEnd = { end: "passed" } | { end: "failed"; check: string; log: string };

type OfBranch =
  | { event: "ready_asked" | "became_ready"; branch: number }
  | { event: "ci_ended"; branch: number; head: string; end: CiEnd }
  | { event: "person_pushed"; branch: number; head: string }
  | { event: "branch_settled"; branch: number; state: "open" | "merged" | "closed" }
  | { event: "order_declined"; branch: number; by: string; why: string };

export type EventBody = Life | OfPlan | OfWork | Ask | OfBranch | Noted;
