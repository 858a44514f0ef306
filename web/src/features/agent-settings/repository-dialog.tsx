import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addRepository, updateRepository, type ForgeApp, type ForgeKind, type Repository } from "@/api/__generated__/agents.ts";
import { Checkbox } from "@/ui/checkbox.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { forgeAppQuery, secretNamesQuery, useChange } from "./agent-settings-queries.ts";
import { EntryDialog, ScopeField } from "./entry-dialog.tsx";
import type { EntryFormProps } from "./entry-list.tsx";
import { forgeOf, forges, keyOf, pickable, problemOfAddress, repositoryFormOf, repositoryInputOf, withScope, type RepositoryForm } from "./repository-form.ts";
import { useMayEdit } from "./use-may-edit.ts";

export function RepositoryDialog({ entry: repository, onClose }: EntryFormProps<Repository>) {
  const { administrator } = useMayEdit();
  const app = useQuery({ ...forgeAppQuery, enabled: administrator }).data ?? null;
  const [form, setForm] = useState(() => repositoryFormOf(repository));
  const [problem, setProblem] = useState<string | null>(null);
  const add = useChange(addRepository, "repositories");
  const update = useChange(updateRepository, "repositories");
  const change = (changed: RepositoryForm) => {
    setForm(changed);
    setProblem(null);
  };
  const save = () => {
    const wrong = problemOfAddress(form);
    const input = repositoryInputOf(form);
    if (wrong) setProblem(wrong);
    else if (repository) update.mutate({ id: repository.id, input }, { onSuccess: onClose });
    else add.mutate({ input }, { onSuccess: onClose });
  };
  const fields = { form, problem, onChange: change };
  return (
    <EntryDialog title={repository ? "Edit the repository" : "New repository"} error={add.error ?? update.error} busy={add.isPending || update.isPending} onSave={save} onClose={onClose}>
      <ScopeField scope={form.scope} administrator={administrator} onChange={(scope) => change(withScope(form, scope, app))} />
      {form.scope === "HUB" && (app || form.app) ? (
        <Checkbox label="The hub's GitHub App opens it" checked={form.app} onChange={(checked) => change({ ...form, app: checked })} />
      ) : null}
      {keyOf(form) === "app" ? <PickedFields {...fields} app={app} /> : <TypedFields {...fields} />}
    </EntryDialog>
  );
}

interface FieldsProps {
  form: RepositoryForm;
  problem: string | null;
  onChange: (form: RepositoryForm) => void;
}

/** One of those that the App is installed for. */
function PickedFields({ form, problem, onChange, app }: FieldsProps & { app: ForgeApp | null }) {
  const options = pickable(app, form.address);
  return (
    <Select
      label="Repository"
      value={form.address}
      options={[["", options.length > 0 ? "Choose one" : "All of the App's are kept"], ...options]}
      problem={problem}
      onChange={(event) => onChange({ ...form, address: event.target.value })}
    />
  );
}

function TypedFields({ form, problem, onChange }: FieldsProps) {
  const kind = form.forge ?? forgeOf(form.address);
  return (
    <>
      <Field
        label="Address"
        value={form.address}
        placeholder="https://github.com/owner/name"
        spellCheck={false}
        autoCapitalize="none"
        problem={problem}
        onChange={(event) => onChange({ ...form, address: event.target.value })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label="Code host" value={kind} options={forges} onChange={(event) => onChange({ ...form, forge: event.target.value as ForgeKind })} />
        {keyOf(form) === "secret" ? <SecretField chosen={form.secret} onChange={(secret) => onChange({ ...form, secret })} /> : null}
      </div>
      {keyOf(form) === "none" ? (
        <p className="text-[0.8125rem] text-pretty text-ink-faint">No token of a person opens what is everybody&apos;s: without the GitHub App, agents read what is public and push nothing.</p>
      ) : null}
      {kind === "GIT" ? null : (
        <Field label="Address of its API" size="small" value={form.api} placeholder="only where it is not the usual one" spellCheck={false} autoCapitalize="none" onChange={(event) => onChange({ ...form, api: event.target.value })} />
      )}
    </>
  );
}

function SecretField({ chosen, onChange }: { chosen: string; onChange: (secret: string) => void }) {
  const known = useQuery(secretNamesQuery).data ?? [];
  const names = [...new Set([...known, ...(chosen === "" ? [] : [chosen])])];
  return <Select label="Secret with the token" value={chosen} options={[["", "None"], ...names.map((name) => [name, name] as const)]} onChange={(event) => onChange(event.target.value)} />;
}
