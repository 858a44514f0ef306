/** What the chat shows, one below the other. */
import type { CheckFailure, Choice, Decision, End, EventBody, FileDiff, Note, Task } from "@/api/agent-events.ts";

export type Verdict = "allowed" | "denied" | "asked";

/** Leave that the agent asked for; withdrawn where the agent that asked is gone. */
export type Leave = { id: number; pattern: string | null } & (
  | { state: "open" | "withdrawn" }
  | { state: "settled"; by: string | null; decision: Decision }
);

export interface Base {
  /** Number of the event that it began with. */
  seq: number;
  at: number;
}

export interface MessageItem extends Base {
  kind: "message";
  by: string | null;
  text: string;
}

export interface SaidItem extends Base {
  kind: "said" | "thought" | "progress";
  text: string;
}

export interface ToolItem extends Base {
  kind: "tool";
  call: string;
  tool: string;
  input: string;
  verdict: Verdict | null;
  why: string | null;
  leave: Leave | null;
  output: string | null;
  failed: boolean;
  diff: FileDiff | null;
  /** The attempt ended before the tool did. */
  cut: boolean;
}

export interface QuestionItem extends Base {
  kind: "question";
  asked: { text: string; options: string[] }[];
  state: "open" | "withdrawn" | "settled";
  by: string | null;
  answers: string[];
}

export interface ChoiceItem extends Base {
  kind: "choice";
  after: string;
  by: string | null;
  choice: Choice | null;
}

/** A step, revision or revert, from its beginning to its end. Turns and visits show nothing of their own unless they fail. */
export interface WorkItem extends Base {
  kind: "work";
  work: number;
  task: Exclude<Task, { task: "turn" | "visit" }>;
}

export interface EndItem extends Base {
  kind: "end";
  task: Task | null;
  end: End;
}

export interface CheckItem extends Base {
  kind: "check";
  check: Extract<Note, { note: "check" | "script" }>;
}

/** Checks of which only the failure is told. */
export interface ChecksItem extends Base {
  kind: "checks";
  failures: CheckFailure[];
}

/** Something that happened and needs only words. */
export interface FactItem extends Base {
  kind: "fact";
  body: FactBody;
}

export type FactBody =
  | Exclude<EventBody, { event: "noted" | "queued" | "began" | "said" | "entered" | "checked" | "ended" | "metered" | "opened" | "configured" | AskEvent }>
  | Extract<Note, { note: "retrying" }>;

/** What people are asked, which has items of its own. */
export type AskEvent = "approval_asked" | "approval_settled" | "question_asked" | "question_settled" | "choice_asked" | "chosen";

export type ChatItem = MessageItem | SaidItem | ToolItem | QuestionItem | ChoiceItem | WorkItem | EndItem | CheckItem | ChecksItem | FactItem;

/** Where the last so many items begin; what still waits for somebody is among them, however old it is. */
export function firstShown(items: readonly ChatItem[], most: number): number {
  const waiting = items.findIndex((it) => (it.kind === "question" && it.state === "open") || (it.kind === "tool" && it.leave?.state === "open"));
  const from = Math.max(0, items.length - most);
  return waiting < 0 ? from : Math.min(from, waiting);
}
