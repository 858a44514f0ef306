import { lazy, Suspense, useState } from "react";
import { messageOf } from "@/api/errors.ts";
import { editStep, savePlan, type Plan, type Step } from "@/api/__generated__/agents.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { usePlanContext } from "./plan-context.ts";
import { useSessionContext } from "./session-context.ts";
import { textOf } from "./step-order.ts";

const MarkdownEditor = lazy(async () => ({ default: (await import("@/ui/markdown-editor.tsx")).MarkdownEditor }));

/** What somebody wrote, and which version they had before them. */
interface Base {
  version: number;
  text: string;
}

/** Changes the plan, or one step of it, as text. A version that was saved meanwhile is shown before it is replaced. */
export function PlanTextDialog({ step, onClose }: { step: Step | null; onClose: () => void }) {
  const { id } = useSessionContext();
  const { plan } = usePlanContext();
  const [base, setBase] = useState<Base>(() => ({ version: plan.version, text: shownText(plan, step) }));
  const [initial] = useState(base.text);
  const [text, setText] = useState(base.text);
  const saveAll = useAct(savePlan, id);
  const saveStep = useAct(editStep, id);
  const save = step === null ? saveAll : saveStep;
  const isBehind = plan.version !== base.version;
  const current = shownText(plan, step);
  const submit = () => {
    if (save.isPending || isBehind) return;
    const { version: expectedVersion } = base;
    if (step === null) saveAll.mutate({ expectedVersion, text }, { onSuccess: onClose });
    else saveStep.mutate({ expectedVersion, step: step.number, text }, { onSuccess: onClose });
  };
  const close = async () => {
    if (text === initial || (await confirm({ title: "Leave without saving?", body: "What you changed is lost.", action: "Leave" }))) onClose();
  };
  return (
    <Dialog
      title={step === null ? "Edit the plan" : `Edit step ${step.number}`}
      size="large"
      onClose={() => void close()}
      footer={
        <>
          <Button onClick={() => void close()}>Cancel</Button>
          <Button look="primary" disabled={isBehind || text === base.text} busy={save.isPending} onClick={submit}>
            Save as version {base.version + 1}
          </Button>
        </>
      }
    >
      <div className="mt-3 space-y-3">
        {isBehind ? <Behind before={base.text} after={current} version={plan.version} onSeen={() => setBase({ version: plan.version, text: current })} /> : null}
        {save.isError && !isBehind ? <Notice className="whitespace-pre-wrap">{messageOf(save.error)} What you wrote is still here.</Notice> : null}
        {step === null ? null : <p className="text-[0.8125rem] text-ink-faint">The first line is the title. Steps within it stay.</p>}
        <Suspense fallback={<Skeleton className="h-80 w-full rounded-xl" />}>
          <div className="[&_.cm-editor]:max-h-[55dvh]">
            <MarkdownEditor initial={initial} label={step === null ? "Text of the plan" : `Text of step ${step.number}`} marks={noMarks} onChange={setText} onSave={submit} />
          </div>
        </Suspense>
      </div>
    </Dialog>
  );
}

const noMarks: readonly never[] = [];

/** As it is now; a step that is no longer there is what it was. */
function shownText(plan: Plan, step: Step | null): string {
  if (step === null) return plan.text;
  return textOf(plan.steps.find((it) => it.number === step.number) ?? step);
}

function Behind({ before, after, version, onSeen }: { before: string; after: string; version: number; onSeen: () => void }) {
  return (
    <div>
      <Notice
        tone="warning"
        action={
          <Button size="small" onClick={onSeen}>
            Go on with mine
          </Button>
        }
      >
        Version {version} was saved while you wrote. Nothing of yours is lost: look at what changed, take over what you want, and go on.
      </Notice>
      <DiffView before={before} after={after} label={`What version ${version} changed`} />
    </div>
  );
}
