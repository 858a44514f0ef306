import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deletePersona, putPersona, type Persona, type Phase } from "@/api/__generated__/agents.ts";
import { personasQuery } from "@/features/agent-session/agent-queries.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { useChange } from "./agent-settings-queries.ts";
import { EntryDialog, ScopeField } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { useMayEdit } from "./use-may-edit.ts";

const phases = [
  ["", "Planning and carrying out"],
  ["PLANNING", "Planning"],
  ["EXECUTING", "Carrying out"],
] as const;

const phaseWords = (phase: Phase | null) => phases.find(([value]) => value === (phase ?? ""))?.[1] ?? "";

/** How agents are told to work. */
export function PersonasTab() {
  const personas = useQuery(personasQuery);
  const remove = useChange(deletePersona, "personas");
  const { mayEdit } = useMayEdit();
  return (
    <EntryList
      noun="persona"
      intro="Instructions that an agent begins with: one persona plans, one carries out. Sessions choose among these."
      query={personas}
      empty="No personas."
      form={PersonaDialog}
    >
      {(persona, onEdit) => (
        <EntryRow
          key={persona.id}
          title={persona.name}
          scope={persona.scope}
          busy={remove.isPending && remove.variables.id === persona.id}
          loss="Sessions that chose it go on with the usual one."
          onEdit={mayEdit(persona) ? onEdit : null}
          onDelete={mayEdit(persona) && !persona.builtIn ? () => remove.mutate({ id: persona.id }, { onError: tellFailure }) : null}
        >
          {phaseWords(persona.phase)}
          {persona.builtIn ? ", comes with Runbook" : ""}
        </EntryRow>
      )}
    </EntryList>
  );
}

function PersonaDialog({ entry: persona, onClose }: EntryFormProps<Persona>) {
  const { administrator } = useMayEdit();
  const [form, setForm] = useState({ name: persona?.name ?? "", phase: persona?.phase ?? null, instructions: persona?.instructions ?? "", scope: persona?.scope ?? ("MINE" as const) });
  const [problem, setProblem] = useState<string | null>(null);
  const put = useChange(putPersona, "personas");
  const save = () => {
    if (form.name.trim() === "") setProblem("Give it a name.");
    else put.mutate({ id: persona?.id ?? null, input: { ...form, name: form.name.trim() } }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={persona ? `Edit ${persona.name}` : "New persona"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
      <Field
        label="Name"
        value={form.name}
        problem={problem}
        onChange={(event) => {
          setForm({ ...form, name: event.target.value });
          setProblem(null);
        }}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label="Works on" value={form.phase ?? ""} options={phases} disabled={persona?.builtIn} onChange={(event) => setForm({ ...form, phase: (event.target.value || null) as Phase | null })} />
        {persona?.builtIn ? null : <ScopeField scope={form.scope} administrator={administrator} onChange={(scope) => setForm({ ...form, scope })} />}
      </div>
      <TextArea label="Instructions" rows={12} value={form.instructions} onChange={(event) => setForm({ ...form, instructions: event.target.value })} />
    </EntryDialog>
  );
}
