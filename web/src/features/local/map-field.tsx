import { useId } from "react";
import type { FormVariable } from "@/api/local-schema.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { emptyEntry, entriesOf, freshKey, numberOf, textOf, type Entry } from "./field-values.ts";

interface MapFieldProps {
  variable: FormVariable;
  label: string;
  value: unknown;
  problem: string | null;
  onChange: (value: Record<string, unknown>) => void;
}

/** Keys with a text each, or with fields of their own where the form says which. */
export function MapField({ variable, label, value, problem, onChange }: MapFieldProps) {
  const { schema, instanceLabel, description } = variable;
  const note = useId();
  const entries = entriesOf(value);
  const change = (at: number, entry: Entry | null) => onChange(Object.fromEntries(entries.flatMap((it, other) => (other === at ? (entry ? [entry] : []) : [it]))));
  const noun = instanceLabel ?? "Entry";
  const add = () => onChange(Object.fromEntries([...entries, [freshKey(entries, schema ? noun.toLowerCase() : "key"), schema ? emptyEntry(schema) : ""]]));
  return (
    <fieldset aria-describedby={note} className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium text-ink">{label}</legend>
      <ul className="space-y-2.5">
        {entries.map((entry, at) => (
          // An entry is known by its place: its key is what is being typed.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at} className="flex items-end gap-2 rounded-lg border border-line bg-sunken p-2.5">
            <div className="grid min-w-0 flex-1 gap-2.5 sm:grid-cols-2">
              <KeyField label={schema ? noun : "Key"} name={entry[0]} taken={entries} onChange={(key) => change(at, [key, entry[1]])} />
              {schema ? (
                Object.entries(schema).map(([name, kind]) => (
                  <SchemaField key={name} name={name} kind={kind} entry={entry[1]} onChange={(to) => change(at, [entry[0], to])} />
                ))
              ) : (
                <Field size="small" label="Value" autoComplete="off" value={textOf(entry[1])} onChange={(event) => change(at, [entry[0], event.target.value])} />
              )}
            </div>
            <IconButton icon="trash" label={`Remove ${entry[0]}`} onClick={() => change(at, null)} />
          </li>
        ))}
      </ul>
      <Button size="small" icon="plus" className={entries.length > 0 ? "mt-2.5" : ""} onClick={add}>
        {instanceLabel ? `Add ${instanceLabel}` : "Add"}
      </Button>
      <p id={note} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
        {problem ?? description}
      </p>
    </fieldset>
  );
}

interface KeyFieldProps {
  label: string;
  name: string;
  taken: readonly Entry[];
  onChange: (key: string) => void;
}

/** A key that another entry has would take its place: it is not taken over. */
function KeyField({ label, name, taken, onChange }: KeyFieldProps) {
  const change = (key: string) => {
    if (!taken.some(([other]) => other === key)) onChange(key);
  };
  return <Field size="small" label={label} autoComplete="off" spellCheck={false} value={name} onChange={(event) => change(event.target.value)} />;
}

interface SchemaFieldProps {
  name: string;
  kind: string;
  entry: unknown;
  onChange: (entry: Record<string, unknown>) => void;
}

function SchemaField({ name, kind, entry, onChange }: SchemaFieldProps) {
  const fields = Object.fromEntries(entriesOf(entry));
  const value = fields[name];
  if (kind === "bool") {
    return (
      <label className="flex min-h-9 items-center gap-2.5 self-end text-sm font-medium text-ink">
        <input type="checkbox" className="size-4 accent-accent" checked={value === true} onChange={(event) => onChange({ ...fields, [name]: event.target.checked })} />
        {name}
      </label>
    );
  }
  const typed = (text: string) => (kind === "int" || kind === "float" ? numberOf(text, kind) : text);
  return <Field size="small" label={name} autoComplete="off" value={textOf(value)} onChange={(event) => onChange({ ...fields, [name]: typed(event.target.value) })} />;
}
