import { useState } from "react";
import { rollBackPlan, type PlanVersion } from "@/api/__generated__/agents.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { useAct } from "./agent-queries.ts";
import { usePlanContext } from "./plan-context.ts";
import { useSessionContext } from "./session-context.ts";
import { iso } from "./session-words.ts";
import { tellFailure } from "./tell-failure.ts";

/** All versions of the plan, the latest first. */
export function VersionsPanel({ versions, onClose }: { versions: readonly PlanVersion[]; onClose: () => void }) {
  return (
    <section aria-label="Versions of the plan">
      <div className="mb-2 flex items-center justify-between">
        <h3 className="text-[0.9375rem] font-semibold text-ink">Versions</h3>
        <IconButton icon="cross" label="Hide versions" onClick={onClose} />
      </div>
      <ListCard>
        {versions.toReversed().map((version) => (
          <VersionRow key={version.number} version={version} />
        ))}
      </ListCard>
    </section>
  );
}

function VersionRow({ version: { number, text, author, at } }: { version: PlanVersion }) {
  const { plan } = usePlanContext();
  const { id, closed } = useSessionContext();
  const [compared, setCompared] = useState(false);
  const goBack = useAct(rollBackPlan, id);
  const isCurrent = number === plan.version;
  const ask = async () => {
    const yes = await confirm({
      title: `Go back to version ${number}?`,
      body: "Its text becomes the newest version. Steps that have been carried out must be in it as they are; revert them first where they are not.",
      action: `Go back to version ${number}`,
      look: "primary",
    });
    if (!yes) return;
    goBack.mutate({ expectedVersion: plan.version, to: number }, { onError: tellFailure });
  };
  return (
    <li aria-label={`Version ${number}`} className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
        <span className="font-medium text-ink">Version {number}</span>
        {isCurrent ? <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium text-accent">current</span> : null}
        <span className="text-[0.8125rem] text-ink-faint">
          {author} · <TimeAgo at={iso(at)} />
        </span>
        {isCurrent ? null : (
          <span className="ml-auto flex gap-2">
            <Button size="small" aria-expanded={compared} onClick={() => setCompared(!compared)}>
              {compared ? "Hide comparison" : "Compare with current"}
            </Button>
            <Button size="small" look="soft" disabled={closed !== null} busy={goBack.isPending} onClick={() => void ask()}>
              Go back
            </Button>
          </span>
        )}
      </div>
      {compared ? <DiffView before={text} after={plan.text} label={`From version ${number} to version ${plan.version}`} /> : null}
    </li>
  );
}
