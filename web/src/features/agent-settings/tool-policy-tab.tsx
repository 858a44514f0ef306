import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { resetToolPolicy, setToolPolicy, type ToolPolicy, type Unlisted } from "@/api/__generated__/agents.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { toast } from "@/ui/toasts.tsx";
import { toolPolicyQuery, useChange } from "./agent-settings-queries.ts";
import { listsFormOf, listsOf, type ListsForm } from "./tool-policy-form.ts";

/** What agents may do without asking, and what they may not do at all. */
export function ToolPolicyTab() {
  const policy = useQuery(toolPolicyQuery);
  // What is typed stays when the policy is looked up again; only a reset begins anew.
  const [resets, setResets] = useState(0);
  return (
    <>
      <p className="mb-4 text-sm text-pretty text-ink-faint">
        One pattern on each line: a tool (<code className="font-mono">Read</code>), a command (<code className="font-mono">Bash(npm run build)</code>), its beginning (
        <code className="font-mono">Bash(npm run test:*)</code>), or tools of a server (<code className="font-mono">mcp__docs__search</code>). What is denied is so even where it is allowed. Commits and pushes are
        Runbook&apos;s own, and never allowed.
      </p>
      {policy.isPending ? <Skeleton className="h-80 w-full rounded-xl" /> : null}
      {policy.isError && !policy.data ? <ListFailure error={policy.error} busy={policy.isFetching} onRetry={() => void policy.refetch()} /> : null}
      {policy.data ? <PolicyForm key={resets} policy={policy.data} onReset={() => setResets(resets + 1)} /> : null}
    </>
  );
}

function PolicyForm({ policy, onReset }: { policy: ToolPolicy; onReset: () => void }) {
  const [planning, setPlanning] = useState(() => listsFormOf(policy.planning));
  const [executing, setExecuting] = useState(() => listsFormOf(policy.executing));
  const save = useChange(setToolPolicy, "tool-policy");
  const reset = useChange(resetToolPolicy, "tool-policy");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate({ planning: listsOf(planning), executing: listsOf(executing) }, { onSuccess: () => toast("Saved. It holds from the next use of a tool on.") });
  };
  const askReset = async () => {
    const yes = await confirm({ title: "Go back to the usual policy?", body: "Both lists become those that come with Runbook.", action: "Reset" });
    if (yes) reset.mutate({}, { onSuccess: onReset });
  };
  const error = save.error ?? reset.error;
  return (
    <form noValidate onSubmit={submit} aria-label="Tool policy" className="space-y-5">
      <Lists title="While planning" form={planning} onChange={setPlanning} />
      <Lists title="While carrying out" form={executing} onChange={setExecuting} />
      {error ? <Notice>{messageOf(error)}</Notice> : null}
      <div className="flex flex-wrap justify-end gap-2">
        {policy.isDefault ? null : (
          <Button busy={reset.isPending} onClick={() => void askReset()}>
            Reset
          </Button>
        )}
        <Button type="submit" look="primary" busy={save.isPending}>
          Save tool policy
        </Button>
      </div>
    </form>
  );
}

const unlistedWords = [
  ["ASK", "Ask a person"],
  ["DENY", "Deny"],
] as const;

function Lists({ title, form, onChange }: { title: string; form: ListsForm; onChange: (form: ListsForm) => void }) {
  return (
    <fieldset className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <legend className="px-1 text-sm font-semibold text-ink">{title}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextArea label="Allowed without asking" rows={8} value={form.allow} onChange={(event) => onChange({ ...form, allow: event.target.value })} />
        <TextArea label="Denied" rows={8} value={form.deny} onChange={(event) => onChange({ ...form, deny: event.target.value })} />
        <Select label="All else" value={form.unlisted} options={unlistedWords} onChange={(event) => onChange({ ...form, unlisted: event.target.value as Unlisted })} />
      </div>
    </fieldset>
  );
}
