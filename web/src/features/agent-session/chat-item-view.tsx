import { memo } from "react";
import type { Task } from "@/api/agent-events.ts";
import { Icon } from "@/ui/icon.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { AgentProse } from "./agent-prose.tsx";
import type { ChatItem, CheckItem, ChecksItem, ChoiceItem, EndItem, MessageItem, QuestionItem, WorkItem } from "./chat-item.ts";
import { factInWords, type FactWords } from "./fact-words.ts";
import { FoldedText } from "./folded-text.tsx";
import { QuestionCard } from "./question-card.tsx";
import { useSessionContext } from "./session-context.ts";
import { failureInWords, iso } from "./session-words.ts";
import { ToolCallView } from "./tool-call-view.tsx";

export const ChatItemView = memo(function ChatItemView({ item }: { item: ChatItem }) {
  const { nameOf } = useSessionContext();
  switch (item.kind) {
    case "message":
      return <Message item={item} />;
    case "said":
      return <AgentProse source={item.text} />;
    case "thought":
      return <FoldedText title="Thought" text={item.text} />;
    case "progress":
      return <p className="text-[0.8125rem] whitespace-pre-wrap text-ink-soft">{item.text}</p>;
    case "tool":
      return <ToolCallView item={item} />;
    case "question":
      return item.state === "open" ? <QuestionCard question={item.seq} asked={item.asked} /> : <SettledQuestion item={item} />;
    case "choice":
      return <SettledChoice item={item} />;
    case "work":
      return <WorkBegins item={item} />;
    case "end":
      return <WorkEnds item={item} />;
    case "check":
      return <Check item={item} />;
    case "checks":
      return <Checks item={item} />;
    case "fact":
      return <Fact words={factInWords(item.body, nameOf)} />;
  }
});

function Message({ item: { by, text, at } }: { item: MessageItem }) {
  const { nameOf } = useSessionContext();
  return (
    <div className="ml-auto w-fit max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5">
      <p className="mb-0.5 text-xs text-ink-faint">
        {nameOf(by)} · <TimeAgo at={iso(at)} />
      </p>
      <p className="text-[0.9375rem] break-words whitespace-pre-wrap text-ink">{text}</p>
    </div>
  );
}

function SettledQuestion({ item }: { item: QuestionItem }) {
  const { nameOf } = useSessionContext();
  return (
    <div className="rounded-xl border border-line px-4 py-3 text-sm">
      <dl className="space-y-2">
        {item.asked.map(({ text }, at) => (
          <div key={text}>
            <dt className="whitespace-pre-wrap text-ink-soft">{text}</dt>
            <dd className="font-medium whitespace-pre-wrap text-ink">{item.answers[at] ?? ""}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-xs text-ink-faint">{item.state === "withdrawn" ? "No longer asked." : item.by === null ? "Nobody was asked: it writes down what it assumes." : `${nameOf(item.by)} answered.`}</p>
    </div>
  );
}

const choiceWords = {
  stacked_request: "to open a pull request and to go on top of it",
  same_branch: "to go on in the same branch",
  new_branch: "to go on in a new branch",
  cancel_rest: "to carry out no more steps",
} as const;

function SettledChoice({ item }: { item: ChoiceItem }) {
  const { nameOf } = useSessionContext();
  // The open one stands at the end of the chat, where its buttons are.
  if (item.choice === null) return null;
  return <Fact words={{ text: `After step ${item.after}, ${nameOf(item.by)} chose ${choiceWords[item.choice]}.` }} />;
}

function titleOf(task: Task): string {
  switch (task.task) {
    case "turn":
      return "The turn";
    case "step":
      return `Step ${task.step}`;
    case "revision":
      return { person: "Revision", review: "Revision after a review", ci: "Revision after failed checks" }[task.source.source];
    case "revert":
      return `Revert from step ${task.from}`;
    case "open_request":
      return "Pull request";
    case "visit":
      return "Making the sandbox ready for a terminal";
  }
}

function WorkBegins({ item: { task, at } }: { item: WorkItem }) {
  return (
    <div>
      <h3 className="flex items-center gap-3 pt-3 text-[0.8125rem] font-semibold text-ink after:h-px after:flex-1 after:bg-line">
        {titleOf(task)}
        <span className="order-last font-normal text-ink-faint">
          <TimeAgo at={iso(at)} />
        </span>
      </h3>
      {task.task === "revision" && task.source.source !== "person" ? (
        <div className="mt-2">
          <FoldedText title={task.source.source === "review" ? `What ${task.source.by} asked for` : "What failed"} text={task.text} />
        </div>
      ) : null}
    </div>
  );
}

function WorkEnds({ item: { task, end } }: { item: EndItem }) {
  const { nameOf } = useSessionContext();
  const what = task === null ? "The work" : titleOf(task);
  switch (end.end) {
    case "completed":
      return <Fact words={{ text: `${what} is completed.`, tone: "success" }} />;
    case "failed":
      return (
        <div className="space-y-2">
          <Fact words={{ text: `${what} failed. ${failureInWords(end.failure, nameOf)}`, tone: "failure" }} />
          {end.failure.failure === "checks" ? end.failure.failures.map((it) => <FoldedText key={`${it.step} ${it.line}`} title={`Output of the check of step ${it.step}, line ${it.line}`} text={it.output} />) : null}
        </div>
      );
    case "requeued":
      return null;
  }
}

function Check({ item: { check } }: { item: CheckItem }) {
  const what = check.note === "script" ? check.path : `Check of step ${check.step}, line ${check.line}`;
  return <FoldedText title={`${what} ${check.passed ? "passed" : "failed"}`} text={check.output} tone={check.passed ? "success" : "failure"} />;
}

function Checks({ item: { failures } }: { item: ChecksItem }) {
  const text = `${failures.length === 1 ? "A check" : `${failures.length} checks`} did not pass; the agent is told.`;
  return <Fact words={{ text, tone: "warning" }} />;
}

const tones = { success: "text-success", failure: "text-failure", warning: "text-warning" } as const;
const icons = { success: "check", failure: "cross", warning: "alert" } as const;

function Fact({ words: { text, tone, link, more } }: { words: FactWords }) {
  return (
    <div className={`text-[0.8125rem] ${tone ? tones[tone] : "text-ink-faint"}`}>
      <p className="flex gap-1.5">
        <Icon name={tone ? icons[tone] : "dash"} className="mt-[0.1875rem] size-3.5" />
        <span className="min-w-0 break-words">
          {text}{" "}
          {link ? (
            <a href={link.href} target="_blank" rel="noreferrer noopener" className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
              {link.label}
            </a>
          ) : null}
        </span>
      </p>
      {more ? <FoldedText title="More" text={more} /> : null}
    </div>
  );
}
