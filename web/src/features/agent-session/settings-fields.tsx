import { useQuery } from "@tanstack/react-query";
import type { Persona, Phase } from "@/api/__generated__/agents.ts";
import { Checkbox } from "@/ui/checkbox.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { modelsQuery, personasQuery } from "./agent-queries.ts";
import { pullModes } from "./session-words.ts";
import type { SettingsForm, SettingsProblems } from "./settings-form.ts";

interface SettingsFieldsProps {
  form: SettingsForm;
  problems: SettingsProblems;
  /** Of the repository, for whoever leaves it empty. */
  defaultBranch: string | null;
  /** Once a branch is there, mode and target stay. */
  hasBranches?: boolean;
  onChange: (changed: Partial<SettingsForm>) => void;
}

export function SettingsFields({ form, problems, defaultBranch, hasBranches = false, onChange }: SettingsFieldsProps) {
  const number = (name: "checkRepairs" | "ciAttempts" | "idleMinutes", label: string) => (
    <Field
      label={label}
      size="small"
      inputMode="numeric"
      value={form[name]}
      problem={problems[name] ?? null}
      onChange={(event) => onChange({ [name]: event.target.value })}
    />
  );
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Target branch"
        size="small"
        value={form.targetBranch}
        disabled={hasBranches}
        placeholder={defaultBranch ?? "the repository's own"}
        spellCheck={false}
        autoCapitalize="none"
        hint={hasBranches ? "It stays, since there are branches. A clone may have another." : "What pull requests lead to."}
        onChange={(event) => onChange({ targetBranch: event.target.value })}
      />
      <Select
        label="Pull requests"
        value={form.oneShot ? "SINGLE" : form.pullMode}
        disabled={hasBranches || form.oneShot}
        options={pullModes}
        onChange={(event) => onChange({ pullMode: event.target.value as SettingsForm["pullMode"] })}
      />
      <div className="space-y-2.5 sm:col-span-2">
        <Checkbox label="Open pull requests as drafts" checked={form.draft || form.oneShot} disabled={form.oneShot} onChange={(draft) => onChange({ draft })} />
        <Checkbox
          label="One-shot: nobody is asked anything, and the whole plan is carried out as it comes, into one pull request"
          checked={form.oneShot}
          onChange={(oneShot) => onChange({ oneShot })}
        />
      </div>
      <Field
        label="Budget in dollars"
        size="small"
        inputMode="decimal"
        value={form.budget}
        placeholder="no bound"
        problem={problems.budget ?? null}
        hint="The session pauses when it has cost as much."
        onChange={(event) => onChange({ budget: event.target.value })}
      />
      <ModelField model={form.model} onChange={(model) => onChange({ model })} />
      <PersonaField label="Persona that plans" phase="PLANNING" chosen={form.planner} onChange={(planner) => onChange({ planner })} />
      <PersonaField label="Persona that carries out" phase="EXECUTING" chosen={form.developer} onChange={(developer) => onChange({ developer })} />
      {number("checkRepairs", "Repairs after failed checks")}
      {number("ciAttempts", "Repairs after failed CI")}
      {number("idleMinutes", "Minutes without activity before it pauses")}
    </div>
  );
}

function ModelField({ model, onChange }: { model: string; onChange: (model: string) => void }) {
  const { data: models = [] } = useQuery(modelsQuery);
  const first = models[0];
  const options = [["", first ? `Usual (${first})` : "Usual"], ...models.map((it) => [it, it] as const)] as const;
  return <Select label="Model" value={model} options={options} onChange={(event) => onChange(event.target.value)} />;
}

interface PersonaFieldProps {
  label: string;
  phase: Phase;
  chosen: string;
  onChange: (persona: string) => void;
}

function PersonaField({ label, phase, chosen, onChange }: PersonaFieldProps) {
  const { data: personas = [] } = useQuery(personasQuery);
  const fitting = personas.filter((it: Persona) => it.phase === null || it.phase === phase);
  const options = [["", "Usual"], ...fitting.map((it) => [it.id, it.name] as const)] as const;
  return <Select label={label} value={chosen} options={options} onChange={(event) => onChange(event.target.value)} />;
}
