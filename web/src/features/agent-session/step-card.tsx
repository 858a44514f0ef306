import { memo, useState } from "react";
import type { Step } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Menu, type MenuItem } from "@/ui/menu.tsx";
import { Notice } from "@/ui/notice.tsx";
import { AgentProse } from "./agent-prose.tsx";
import { usePlanContext } from "./plan-context.ts";
import { useSessionContext } from "./session-context.ts";
import { stepStates } from "./session-words.ts";
import { StateBadge } from "./state-badge.tsx";
import { StepChanges } from "./step-changes.tsx";
import { StepComments } from "./step-comments.tsx";
import { canRevert, isKept, offerOf } from "./step-order.ts";

/** One step: what it is, how far it is, and what can be done about it. */
export const StepCard = memo(function StepCard({ step }: { step: Step }) {
  const { comments: all } = usePlanContext();
  const comments = all.filter((it) => it.step === step.number);
  // What is done needs no reading, unless somebody wants to.
  const [unfolded, setUnfolded] = useState<boolean | null>(null);
  const open = unfolded ?? step.state !== "COMPLETED";
  const [commenting, setCommenting] = useState(false);
  const titleId = `step-${step.number}`;
  return (
    <li
      aria-labelledby={titleId}
      data-state={step.state}
      className={`[contain-intrinsic-size:auto_8rem] [content-visibility:auto] ${step.isLeaf ? "rounded-xl border border-line bg-surface p-4 shadow-card data-[state=FAILED]:border-failure/50 data-[state=IN_PROGRESS]:border-accent/60" : "border-l-2 border-line-strong/40 py-1 pl-4"}`}
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h3 id={titleId} className={`leading-snug font-semibold break-words text-ink ${step.isLeaf ? "text-[0.9375rem]" : "text-base"}`}>
            <span className="mr-0.5 text-ink-faint tabular-nums">{step.number}</span> {step.title}
          </h3>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-faint">
            <StateBadge words={stepStates[step.state]} />
            {step.checks > 0 ? <span>{step.checks === 1 ? "1 check" : `${step.checks} checks`}</span> : null}
            <Commit step={step} />
            <PullRequests step={step} />
          </p>
        </div>
        <StepButton step={step} />
        <StepMenu step={step} open={open} onFold={() => setUnfolded(!open)} onComment={() => setCommenting(true)} />
      </div>
      {step.failure ? <Notice className="mt-3 whitespace-pre-wrap">{step.failure}</Notice> : null}
      {open && step.body.trim() !== "" ? (
        <div className="mt-3">
          <AgentProse source={step.body} />
        </div>
      ) : null}
      {step.isLeaf && step.state === "COMPLETED" ? <StepChanges step={step} /> : null}
      <StepComments step={step.number} comments={comments} commenting={commenting} onDone={() => setCommenting(false)} />
    </li>
  );
});

function Commit({ step: { commit, state, isLeaf } }: { step: Step }) {
  if (commit === null) return isLeaf && state === "COMPLETED" ? <span>changed nothing</span> : null;
  return (
    <span className="inline-flex items-center font-mono">
      {commit.slice(0, 8)}
      <CopyButton label="Copy the commit" text={() => commit} />
    </span>
  );
}

function PullRequests({ step }: { step: Step }) {
  const { branches } = usePlanContext();
  const requests = branches.filter((it) => it.steps.includes(step.number)).flatMap((it) => (it.pullRequest ? [it.pullRequest] : []));
  return requests.map(({ number, url }) =>
    /^https?:/.test(url) ? (
      <a key={url} href={url} target="_blank" rel="noreferrer noopener" className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
        Pull request {number}
      </a>
    ) : null,
  );
}

function StepButton({ step }: { step: Step }) {
  const { plan, actions } = usePlanContext();
  const { closed } = useSessionContext();
  const { number } = step;
  const common = { size: "small", busy: actions.busy, disabled: closed !== null, className: "max-sm:h-10" } as const;
  switch (offerOf(step, plan)) {
    case "run":
      return (
        <Button {...common} look="soft" icon="play" aria-label={`Run step ${number}`} onClick={() => actions.run({ step: number })}>
          Run
        </Button>
      );
    case "run_through":
      return (
        <Button {...common} icon="play" aria-label={`Run up to step ${number}`} onClick={() => actions.run({ through: number })}>
          Run up to here
        </Button>
      );
    case "retry":
      return (
        <Button {...common} look="soft" icon="retry" aria-label={`Retry step ${number}`} onClick={() => actions.retry(number)}>
          Retry
        </Button>
      );
    case "stop":
      return (
        <Button {...common} icon="stop" aria-label={`Stop step ${number}`} onClick={actions.stop}>
          Stop
        </Button>
      );
    case "wait":
    case "none":
      return null;
  }
}

interface StepMenuProps {
  step: Step;
  open: boolean;
  onFold: () => void;
  onComment: () => void;
}

function StepMenu({ step, open, onFold, onComment }: StepMenuProps) {
  const { branches, isIdle, actions, onEdit } = usePlanContext();
  const { closed } = useSessionContext();
  const isClosed = closed !== null;
  const items: MenuItem[] = [
    { label: open ? "Fold" : "Unfold", icon: "chevron", disabled: step.body.trim() === "", onSelect: onFold },
    { label: "Comment", icon: "text", disabled: isClosed, onSelect: onComment },
    { label: "Edit", icon: "edit", disabled: isClosed || isKept(step), onSelect: () => onEdit(step) },
    { label: "Delete", icon: "trash", disabled: isClosed || isKept(step), onSelect: () => actions.remove(step) },
    { label: "Revert from here", icon: "undo", disabled: isClosed || !isIdle || !canRevert(step, branches), onSelect: () => actions.revert(step) },
  ];
  return <Menu icon="more" label={`Actions of step ${step.number}`} items={items} />;
}
