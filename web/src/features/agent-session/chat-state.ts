/**
 * The chat is a reduction of what the session's feed gives: stored events, each once and in order, and pieces of texts
 * that are being written, which the stored text replaces.
 */
import type { End, EventBody, Task } from "@/api/agent-events.ts";
import type { AgentEvent, Delta, Speaker } from "@/api/__generated__/agents.ts";
import type { AskEvent, Base, ChatItem, ChoiceItem, FactBody, Leave, QuestionItem, ToolItem } from "./chat-item.ts";

/** A text that is being written. */
export interface Draft {
  fence: number;
  speaker: Speaker;
  text: string;
}

export interface ChatState {
  /** Number of the last event that was taken up. */
  seq: number;
  items: readonly ChatItem[];
  drafts: readonly Draft[];
  /** What is to be done or was, by its number. */
  tasks: ReadonlyMap<number, Task>;
}

export const emptyChat: ChatState = { seq: 0, items: [], drafts: [], tasks: new Map() };

export type FeedItem = AgentEvent | Delta;

export interface Reduction {
  chat: ChatState;
  /** What was not taken up, since events before it are missing. */
  left: readonly FeedItem[];
}

/** Takes up a batch, as far as no event is missing. */
export function reduced(state: ChatState, batch: readonly FeedItem[]): Reduction {
  const chat = new Chat(state);
  const missing = batch.findIndex((it) => !chat.take(it));
  return { chat: chat.state(), left: missing < 0 ? [] : batch.slice(missing) };
}

/** Goes on with what is there: the server has been asked for what is missing, and does not have it. */
export function leapt(state: ChatState, left: readonly FeedItem[]): Reduction {
  const [first] = left;
  return reduced(first?.type === "AgentEvent" ? { ...state, seq: first.seq - 1 } : state, left);
}

/** What was being written when the connection dropped is not heard of again before it is whole. */
export function withoutDrafts(state: ChatState): ChatState {
  return state.drafts.length === 0 ? state : { ...state, drafts: [] };
}

/** A state that may be changed: one copy for a whole batch. */
class Chat {
  #seq: number;
  #items: ChatItem[];
  #drafts: Draft[];
  #tasks: Map<number, Task>;

  constructor(state: ChatState) {
    this.#seq = state.seq;
    this.#items = [...state.items];
    this.#drafts = [...state.drafts];
    this.#tasks = new Map(state.tasks);
  }

  state(): ChatState {
    return { seq: this.#seq, items: this.#items, drafts: this.#drafts, tasks: this.#tasks };
  }

  /** False where an event before it is missing. */
  take(item: FeedItem): boolean {
    if (item.type === "Delta") {
      this.#write(item);
      return true;
    }
    const { seq, at, body } = item;
    if (seq > this.#seq + 1) return false;
    if (seq <= this.#seq) return true;
    this.#seq = seq;
    // A server that is newer than this page may tell of more; what is not known is not shown.
    this.#apply({ seq, at }, body as EventBody);
    return true;
  }

  #write({ fence, speaker, text }: Delta): void {
    const at = this.#drafts.findIndex((it) => it.fence === fence && it.speaker === speaker);
    const before = this.#drafts[at];
    if (before) this.#drafts[at] = { ...before, text: before.text + text };
    else this.#drafts.push({ fence, speaker, text });
  }

  #apply(base: Base, body: EventBody): void {
    switch (body.event) {
      case "opened":
      case "configured":
      case "metered":
        return;
      case "queued":
        this.#queue(base, body.by, body.task);
        return;
      case "began":
        this.#begin(base, body.work);
        return;
      case "said":
        this.#written(body.fence, "AGENT");
        this.#items.push({ ...base, kind: "said", text: body.text });
        return;
      case "noted":
        this.#note(base, body);
        return;
      case "entered":
        this.#withdraw();
        return;
      case "checked":
        if (body.failures.length > 0) this.#items.push({ ...base, kind: "checks", failures: body.failures });
        return;
      case "ended":
        this.#withdraw();
        this.#end(base, body.work, body.end);
        return;
      case "prepared":
        if (body.warning !== null) this.#fact(base, body);
        return;
      case "approval_asked":
      case "approval_settled":
      case "question_asked":
      case "question_settled":
      case "choice_asked":
      case "chosen":
        this.#ask(base, body);
        return;
      case "faltered":
      case "restarted":
      case "sandbox_lost":
        this.#withdraw();
        this.#fact(base, body);
        return;
      case "shared":
      case "paused":
      case "resumed":
      case "archived":
      case "unarchived":
      case "plan_saved":
      case "plan_refused":
      case "plan_proposed":
      case "proposal_settled":
      case "plan_approved":
      case "commented":
      case "comment_resolved":
      case "dequeued":
      case "head_moved":
      case "delivered":
      case "ready_asked":
      case "became_ready":
      case "ci_ended":
      case "person_pushed":
      case "branch_settled":
        this.#fact(base, body);
    }
  }

  #fact(base: Base, body: FactBody): void {
    this.#items.push({ ...base, kind: "fact", body });
  }

  #queue(base: Base, by: string | null, task: Task): void {
    this.#tasks.set(base.seq, task);
    if (task.task === "turn") this.#items.push({ ...base, kind: "message", by, text: task.text });
    if (task.task === "revision" && task.source.source === "person") this.#items.push({ ...base, kind: "message", by, text: task.text });
  }

  /** Later attempts go on with what is under way. */
  #begin(base: Base, work: number): void {
    const task = this.#tasks.get(work);
    if (!task || task.task === "turn" || task.task === "visit") return;
    const last = this.#items.findLast((it) => it.kind === "work" || it.kind === "end");
    if (last?.kind === "work" && last.work === work) return;
    this.#items.push({ ...base, kind: "work", work, task });
  }

  #end(base: Base, work: number, end: End): void {
    const task = this.#tasks.get(work) ?? null;
    const isQuiet = task?.task === "turn" || task?.task === "visit";
    if (end.end === "requeued" || (isQuiet && end.end === "completed")) return;
    this.#items.push({ ...base, kind: "end", task, end });
  }

  #note(base: Base, note: Extract<EventBody, { event: "noted" }>): void {
    switch (note.note) {
      case "thought":
        this.#written(note.fence, "THOUGHT");
        this.#items.push({ ...base, kind: "thought", text: note.text });
        return;
      case "progress":
        this.#items.push({ ...base, kind: "progress", text: note.text });
        return;
      case "tool_called":
        this.#call(base, note.call, note.tool, note.input);
        return;
      case "tool_judged":
        this.#changeTool(note.call, { verdict: note.verdict, why: note.why ?? null });
        return;
      case "tool_ended":
        this.#changeTool(note.call, { output: note.output, failed: note.failed, diff: note.diff ?? null });
        this.#written(note.fence, "HELPER");
        return;
      case "retrying":
        this.#fact(base, note);
        return;
      case "script":
      case "check":
        this.#items.push({ ...base, kind: "check", check: note });
    }
  }

  #ask(base: Base, body: Extract<EventBody, { event: AskEvent }>): void {
    switch (body.event) {
      case "approval_asked": {
        const { id, tool, input, pattern } = body.call;
        this.#call(base, id, tool, input);
        this.#changeTool(id, { leave: { id: base.seq, pattern, state: "open" } });
        return;
      }
      case "approval_settled": {
        const { by, decision } = body;
        const isIt = (it: ChatItem): it is ToolItem => it.kind === "tool" && it.leave?.id === body.approval;
        this.#change(isIt, (it) => (it.leave ? { ...it, leave: { id: it.leave.id, pattern: it.leave.pattern, state: "settled", by, decision } } : it));
        return;
      }
      case "question_asked":
        this.#items.push({ ...base, kind: "question", asked: body.asked, state: "open", by: null, answers: [] });
        return;
      case "question_settled": {
        const isIt = (it: ChatItem): it is QuestionItem => it.kind === "question" && it.seq === body.question;
        this.#change(isIt, (it) => ({ ...it, state: "settled", by: body.by, answers: body.answers }));
        return;
      }
      case "choice_asked":
        this.#items.push({ ...base, kind: "choice", after: body.after, by: null, choice: null });
        return;
      case "chosen": {
        this.#change(isOpenChoice, (it) => ({ ...it, by: body.by, choice: body.choice }));
      }
    }
  }

  /** A call is told when it is made and when leave for it is asked, in either order: it is one item. */
  #call(base: Base, call: string, tool: string, input: string): void {
    const known = this.#items.findLast((it) => it.kind === "tool" && it.call === call);
    if (known?.kind === "tool" && known.output === null && !known.cut) return;
    this.#items.push({ ...base, kind: "tool", call, tool, input, verdict: null, why: null, leave: null, output: null, failed: false, diff: null, cut: false });
  }

  #changeTool(call: string, changed: Partial<ToolItem>): void {
    this.#change((it): it is ToolItem => it.kind === "tool" && it.call === call, (it) => ({ ...it, ...changed }));
  }

  /** Changes the last item that is meant. */
  #change<Item extends ChatItem>(isIt: (it: ChatItem) => it is Item, change: (item: Item) => ChatItem): void {
    const at = this.#items.findLastIndex(isIt);
    const item = this.#items[at];
    if (item && isIt(item)) this.#items[at] = change(item);
  }

  /** Whoever asked is gone, and asks again if it still wants to know. */
  #withdraw(): void {
    this.#drafts = [];
    for (let at = this.#items.length - 1; at >= 0; at -= 1) {
      const item = this.#items[at];
      if (item?.kind === "work") return;
      if (item?.kind === "question" && item.state === "open") this.#items[at] = { ...item, state: "withdrawn" };
      if (item?.kind === "tool" && item.output === null) this.#items[at] = { ...item, cut: true, leave: withdrawn(item.leave) };
    }
  }

  #written(fence: number, speaker: Speaker): void {
    this.#drafts = this.#drafts.filter((it) => it.fence !== fence || it.speaker !== speaker);
  }
}

function isOpenChoice(it: ChatItem): it is ChoiceItem {
  return it.kind === "choice" && it.choice === null;
}

function withdrawn(leave: Leave | null): Leave | null {
  return leave?.state === "open" ? { id: leave.id, pattern: leave.pattern, state: "withdrawn" } : leave;
}
