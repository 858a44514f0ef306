import { useCallback, useMemo, useState } from "react";
import type { AgentSession, Plan, Step } from "@/api/__generated__/agents.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Menu } from "@/ui/menu.tsx";
import { AgentProse } from "./agent-prose.tsx";
import { ApproveBar } from "./approve-bar.tsx";
import { BranchesPanel } from "./branches-panel.tsx";
import { PlanContext, usePlanValue } from "./plan-context.ts";
import { planProse } from "./plan-prose.ts";
import { PlanTextDialog } from "./plan-text-dialog.tsx";
import { ProposalCard } from "./proposal-card.tsx";
import { StepCard } from "./step-card.tsx";
import { VersionsPanel } from "./versions-panel.tsx";

/** The plan, and what came of it. */
export function PlanPane({ session, shown }: { session: AgentSession; shown: boolean }) {
  const { plan } = session;
  return (
    <section aria-label="Plan" className={`flex min-h-0 min-w-0 flex-1 flex-col ${shown ? "" : "max-lg:hidden"}`}>
      {plan === null ? <NoPlan session={session} /> : <LoadedPlan session={session} plan={plan} />}
    </section>
  );
}

function NoPlan({ session: { status } }: { session: AgentSession }) {
  return (
    <div className="pt-3">
      <BlankSlate icon="outline" title={status === "GENERATING_STEPS" ? "The agent reads and plans" : "There is no plan yet"}>
        {status === "GENERATING_STEPS" ? "The plan appears here. It may ask you something first." : "Say in the chat what is to be done; the agent writes a plan."}
      </BlankSlate>
    </div>
  );
}

type Editing = { what: "plan" } | { what: "step"; step: Step } | null;

function LoadedPlan({ session, plan }: { session: AgentSession; plan: Plan }) {
  const [editing, setEditing] = useState<Editing>(null);
  const onEdit = useCallback((step: Step) => setEditing({ what: "step", step }), []);
  const value = usePlanValue(session, plan, onEdit);
  const [versions, setVersions] = useState(false);
  const { before, after } = useMemo(() => planProse(plan.text, plan.steps.map((it) => it.number)), [plan]);
  const isArchived = session.lifecycle === "ARCHIVED";
  return (
    <PlanContext value={value}>
      <div className="min-h-0 flex-1 space-y-4 pt-3 pb-4 lg:overflow-y-auto lg:pr-1">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <h2 className="text-lg leading-snug font-semibold tracking-[-0.015em] break-words text-ink">{plan.title ?? "Plan"}</h2>
            <p className="text-[0.8125rem] text-ink-faint">
              Version {plan.version}
              {plan.approved ? ", approved" : ", not approved yet"}
            </p>
          </div>
          <Menu
            icon="more"
            label="Plan actions"
            items={[
              { label: "Edit as text", icon: "edit", disabled: isArchived, onSelect: () => setEditing({ what: "plan" }) },
              { label: versions ? "Hide versions" : "Versions", icon: "history", onSelect: () => setVersions(!versions) },
            ]}
          />
        </div>
        {session.proposal ? <ProposalCard proposal={session.proposal} /> : null}
        {versions ? <VersionsPanel versions={session.versions} onClose={() => setVersions(false)} /> : null}
        {before === "" ? null : <AgentProse source={before} />}
        <ol aria-label="Steps" className="space-y-3">
          {plan.steps.map((step) => (
            <StepCard key={`${step.number} ${step.title}`} step={step} />
          ))}
        </ol>
        {after === "" ? null : <AgentProse source={after} />}
        {session.branches.length > 0 ? <BranchesPanel session={session} /> : null}
      </div>
      <ApproveBar session={session} />
      {editing === null ? null : <PlanTextDialog step={editing.what === "step" ? editing.step : null} onClose={() => setEditing(null)} />}
    </PlanContext>
  );
}
