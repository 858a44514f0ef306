import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Link } from "react-router";
import type { RunbookInput } from "@/api/schema.ts";
import { secretsQuery } from "@/features/secret/secret-queries.ts";
import { paths } from "@/paths.ts";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import type { InputsDesk } from "./inputs-state.ts";
import { useRunbookContext } from "./runbook-context.ts";
import { useInputs } from "./use-inputs.ts";

/** What the runbook asks for at one place: in its front matter (null), or in a block that begins at a line. */
export function InputsForm({ line }: { line: number | null }) {
  const { inputs: of } = useRunbookContext();
  const desk = useInputs(of);
  const title = useId();
  const fields = desk.fields.filter((field) => field.line === line);
  if (fields.length === 0) return null;
  return (
    <section aria-labelledby={title} id={line === null ? undefined : `line-${line}`} className="rounded-xl border border-line bg-surface text-base shadow-card">
      <div className="flex min-h-11 items-center gap-2 border-b border-line px-4 py-1.5">
        <h2 id={title} className="m-0! border-0! p-0! text-sm! font-medium text-ink">
          Inputs
        </h2>
        <span className="ml-auto text-xs text-ink-faint">for every block that runs</span>
      </div>
      <div className="grid gap-x-5 gap-y-4 p-4 sm:grid-cols-2">
        {fields.map((field) => (
          <div key={field.name} id={`input-${field.name}`} className={field.kind === "multiline" ? "min-w-0 sm:col-span-2" : "min-w-0"} onBlur={() => desk.look(field.name)}>
            <InputControl field={field} desk={desk} />
          </div>
        ))}
      </div>
    </section>
  );
}

function InputControl({ field, desk }: { field: RunbookInput; desk: InputsDesk }) {
  const { name } = field;
  const label = `${field.label ?? name}${field.required || field.default !== "" ? "" : " (optional)"}`;
  const value = desk.values[name] ?? field.default;
  const problem = desk.shownProblem(field);
  const notes = { problem, ...(field.help === null ? {} : { hint: field.help }) };
  const plain = {
    label,
    value,
    disabled: !desk.isLoaded,
    required: field.required,
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => desk.set(name, event.target.value),
    ...notes,
  };
  switch (field.kind) {
    case "text":
      return <Field size="small" {...plain} spellCheck={false} />;
    case "number":
      return <Field size="small" {...plain} inputMode="decimal" />;
    case "date":
      return <Field size="small" {...plain} type="date" />;
    case "multiline":
      return <TextArea {...plain} />;
    case "select": {
      const options = field.options.map((it) => [it, it] as const);
      return (
        <Noted {...notes}>
          <Select label={label} value={value} disabled={!desk.isLoaded} options={value === "" ? [["", "Choose"], ...options] : options} onChange={plain.onChange} />
        </Noted>
      );
    }
    case "boolean":
      return (
        <Noted {...notes}>
          <label className="flex min-h-9 items-center gap-2.5 text-sm font-medium text-ink sm:mt-6">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={value === "true"}
              disabled={!desk.isLoaded}
              onChange={(event) => desk.set(name, String(event.target.checked))}
            />
            {field.label ?? name}
          </label>
        </Noted>
      );
    case "secret":
      return <SecretControl field={field} desk={desk} label={label} problem={problem} />;
  }
}

/** Typed for this session, or one of the reader's secrets. */
function SecretControl({ field, desk, label, problem }: { field: RunbookInput; desk: InputsDesk; label: string; problem: string | null }) {
  const { data: secrets = [] } = useQuery(secretsQuery);
  const chosen = desk.secrets[field.name] ?? "";
  const names = [...new Set([...secrets.map((it) => it.name), ...(chosen === "" ? [] : [chosen])])];
  const hint = field.help ?? "For this session only, and hidden in output.";
  return (
    <div className="space-y-2">
      {chosen === "" ? (
        <Field
          size="small"
          type="password"
          label={label}
          value={desk.typed[field.name] ?? ""}
          placeholder={desk.typedBefore.has(field.name) ? "Set for this session" : ""}
          disabled={!desk.isLoaded}
          autoComplete="off"
          problem={problem}
          hint={hint}
          onChange={(event) => desk.type(field.name, event.target.value)}
        />
      ) : null}
      {names.length > 0 ? (
        <Select
          label={chosen === "" ? "Or take one of my secrets" : label}
          value={chosen}
          options={[["", "Type it"], ...names.map((it) => [it, it] as const)]}
          onChange={(event) => desk.choose(field.name, event.target.value)}
        />
      ) : null}
    </div>
  );
}

function Noted({ hint, problem, children }: { hint?: string; problem: string | null; children: React.ReactNode }) {
  const note = problem ?? hint;
  return (
    <>
      {children}
      {note ? (
        <p role={problem ? "alert" : undefined} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
          {note}
        </p>
      ) : null}
    </>
  );
}

/** Which secrets a block names that its reader has not set, and where to set them. */
export function MissingSecrets({ names }: { names: readonly string[] }) {
  const { data: secrets } = useQuery(secretsQuery);
  const missing = secrets ? names.filter((name) => !secrets.some((it) => it.name === name)) : [];
  if (missing.length === 0) return null;
  return (
    <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">
      {missing.length === 1 ? `It needs the secret ${missing[0]}, which you have not set. ` : `It needs the secrets ${missing.join(", ")}, which you have not set. `}
      <Link to={paths.account()} className="rounded underline underline-offset-4">
        Set {missing.length === 1 ? "it" : "them"} in your account
      </Link>
    </p>
  );
}
