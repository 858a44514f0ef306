import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Scope } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";
import { newTokenOf, problemsOfToken, scopeWords, type TokenForm, type TokenProblems } from "./token-form-state.ts";
import { useCreateToken } from "./token-queries.ts";

const expiries = [
  ["7", "In 7 days"],
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["never", "Never"],
] as const;

export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateToken();
  const made = create.data;
  // What was made is shown once. Should the answer have been lost, its repetition holds no secret.
  if (made) return <MadeTokenDialog name={made.name} secret={made.token} onClose={onClose} />;
  return <TokenFormDialog create={create} onClose={onClose} />;
}

function TokenFormDialog({ create, onClose }: { create: ReturnType<typeof useCreateToken>; onClose: () => void }) {
  const [form, setForm] = useState<TokenForm>({ name: "", scopes: ["code:run"], days: 30 });
  const [problems, setProblems] = useState<TokenProblems>({});
  const change = (changed: Partial<TokenForm>) => {
    setForm({ ...form, ...changed });
    setProblems({});
  };
  const toggle = (scope: Scope) =>
    change({ scopes: form.scopes.includes(scope) ? form.scopes.filter((it) => it !== scope) : [...form.scopes, scope] });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOfToken(form);
    setProblems(found);
    if (Object.keys(found).length === 0 && !create.isPending) create.mutate(newTokenOf(form, Date.now()));
  };
  return (
    <Dialog
      title="New token"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-token" look="primary" busy={create.isPending}>
            Create token
          </Button>
        </>
      }
    >
      <form id="new-token" noValidate onSubmit={submit} className="mt-4 space-y-5">
        {create.isError ? <Notice>{messageOf(create.error)}</Notice> : null}
        <Field
          label="Name"
          value={form.name}
          placeholder="Nightly tests"
          problem={problems.name ?? null}
          onChange={(event) => change({ name: event.target.value })}
        />
        <fieldset>
          <legend className="mb-2 text-sm font-medium text-ink">What it may do</legend>
          <div className="space-y-1.5">
            {scopeWords.map(([scope, words]) => (
              <label key={scope} className="flex items-baseline gap-2.5 text-sm text-ink">
                <input type="checkbox" checked={form.scopes.includes(scope)} onChange={() => toggle(scope)} className="size-4 translate-y-0.5 accent-accent" />
                <span className="min-w-0 flex-1">{words}</span>
                <code className="font-mono text-xs text-ink-faint">{scope}</code>
              </label>
            ))}
          </div>
          {problems.scopes ? <p className="mt-2 text-[0.8125rem] text-failure">{problems.scopes}</p> : null}
        </fieldset>
        <Select
          label="Stops working"
          options={expiries}
          value={form.days === null ? "never" : String(form.days)}
          onChange={(event) => change({ days: event.target.value === "never" ? null : Number(event.target.value) })}
        />
      </form>
    </Dialog>
  );
}

function MadeTokenDialog({ name, secret, onClose }: { name: string; secret: string | null; onClose: () => void }) {
  return (
    <Dialog
      title={`Your token “${name}”`}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {secret === null ? (
        <p>It was made, but the answer that held its secret was lost on the way. Revoke it and make another one.</p>
      ) : (
        <>
          <p>Copy it now: it is shown this once, and nobody can show it again.</p>
          <div className="mt-4 flex items-center gap-2 rounded-lg border border-line bg-sunken py-2 pr-2 pl-3">
            <code aria-label="Token" className="min-w-0 flex-1 font-mono text-[0.8125rem] break-all text-ink select-all">
              {secret}
            </code>
            <CopyButton label="Copy token" text={() => secret} />
          </div>
        </>
      )}
    </Dialog>
  );
}
