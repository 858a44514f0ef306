import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import type { JobPolicy, PayloadKind } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Checkbox } from "@/ui/checkbox.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { toast } from "@/ui/toasts.tsx";
import { policyQuery, useSetPolicy } from "./admin-queries.ts";
import { kindWords, policyFormOf, policyOf, type PolicyForm as Form } from "./policy-form-state.ts";

/** What jobs may be on this server. */
export function PolicySection() {
  const policy = useQuery(policyQuery);
  return (
    <section aria-labelledby="policy">
      <h2 id="policy" className="text-lg font-semibold tracking-[-0.02em]">
        Allowed jobs
      </h2>
      <p className="mt-1 mb-4 text-sm text-ink-faint">It holds from the next submission and the next start on.</p>
      {policy.isPending ? <Skeleton className="h-56 w-full rounded-xl" /> : null}
      {policy.isError && !policy.data ? <ListFailure error={policy.error} busy={policy.isFetching} onRetry={() => void policy.refetch()} /> : null}
      {policy.data ? <PolicyForm policy={policy.data} /> : null}
    </section>
  );
}

function PolicyForm({ policy }: { policy: JobPolicy }) {
  const [form, setForm] = useState<Form>(() => policyFormOf(policy));
  const save = useSetPolicy();
  const { kinds, programs } = form;
  const toggle = (kind: PayloadKind) =>
    setForm({ ...form, kinds: kinds?.includes(kind) ? kinds.filter((it) => it !== kind) : [...(kinds ?? []), kind] });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate(policyOf(form), { onSuccess: () => toast("Saved what jobs may be.") });
  };
  return (
    <form noValidate onSubmit={submit} aria-label="Allowed jobs" className="space-y-4 rounded-xl border border-line bg-surface p-4 shadow-card">
      <Checkbox label="Allow only some kinds of jobs" checked={kinds !== null} onChange={(on) => setForm({ ...form, kinds: on ? kindWords.map(([kind]) => kind) : null })} />
      {kinds === null ? null : (
        <fieldset className="space-y-1.5 pl-7">
          <legend className="sr-only">Allowed kinds</legend>
          {kindWords.map(([kind, words]) => (
            <Checkbox key={kind} label={words} checked={kinds.includes(kind)} onChange={() => toggle(kind)} />
          ))}
        </fieldset>
      )}
      <Checkbox label="Allow only some commands" checked={programs !== null} onChange={(on) => setForm({ ...form, programs: on ? "" : null })} />
      {programs === null ? null : (
        <TextArea
          label="Allowed commands"
          rows={5}
          value={programs}
          placeholder={"make report\ntar -czf *.tar.gz ..."}
          hint="One on each line: a program and a pattern for each of its arguments. * and ? stand for any characters, ... at the end for further arguments. Lines for the shell are refused."
          onChange={(event) => setForm({ ...form, programs: event.target.value })}
          className="pl-7"
        />
      )}
      {save.isError ? <Notice>{messageOf(save.error)}</Notice> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={save.isPending}>
          Save allowed jobs
        </Button>
      </div>
    </form>
  );
}
