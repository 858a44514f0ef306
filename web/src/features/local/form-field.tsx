import { useId, useState, type ReactNode } from "react";
import type { FormVariable } from "@/api/local-schema.ts";
import { Chips } from "@/ui/chips.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { defaultOf, isComputed } from "./components.ts";
import { isTooShortToHide, listOf, numberOf, textOf } from "./field-values.ts";
import { MapField } from "./map-field.tsx";

interface FormFieldProps {
  variable: FormVariable;
  /** Undefined until somebody has touched it. */
  typed: unknown;
  problem: string | null;
  onChange: (value: unknown) => void;
}

const shortWords = "Too short to be hidden where scripts print it: 4 characters or more are.";

/** The field of one variable. */
export function FormField({ variable, typed, problem, onChange }: FormFieldProps) {
  const { name, type, description, required, sensitive } = variable;
  const value = typed ?? defaultOf(variable);
  const label = `${name}${required ? " (required)" : ""}`;
  const told = [description, sensitive && isTooShortToHide(value) ? shortWords : ""].filter((it) => it !== "");
  const hint = told.length === 0 ? undefined : told.join(" ");
  const placeholder = isComputed(variable) ? textOf(variable.default) : undefined;
  const plain = { label, hint, problem, required, placeholder, autoComplete: "off", spellCheck: false, size: "small" as const };
  switch (type) {
    case "string":
      return <Field {...plain} type={sensitive ? "password" : "text"} value={textOf(value)} onChange={(event) => onChange(event.target.value)} />;
    case "int":
    case "float":
      return <NumberField key={type} {...plain} type={sensitive ? "password" : "text"} kind={type} value={value} onChange={onChange} />;
    case "bool":
      return (
        <Noted hint={hint} problem={problem}>
          <label className="flex min-h-9 items-center gap-2.5 text-sm font-medium text-ink sm:mt-6">
            <input type="checkbox" className="size-4 accent-accent" checked={value === true || value === "true"} onChange={(event) => onChange(event.target.checked)} />
            {name}
          </label>
        </Noted>
      );
    case "enum": {
      const shown = textOf(value);
      const options = variable.options.map((it) => [it, it] as const);
      return (
        <Noted hint={hint} problem={problem}>
          <Select label={label} value={shown} options={shown === "" ? [["", "Choose"], ...options] : options} onChange={(event) => onChange(event.target.value)} />
        </Noted>
      );
    }
    case "list":
      if (variable.options.length > 0) return <ChoiceList variable={variable} label={label} value={value} problem={problem} onChange={onChange} />;
      return <Chips label={label} values={listOf(value)} placeholder="Type and press Enter" hint={hint} problem={problem} onChange={onChange} />;
    case "map":
      return <MapField variable={variable} label={label} value={value} problem={problem} onChange={onChange} />;
  }
}

interface NumberFieldProps {
  kind: "int" | "float";
  type: "text" | "password";
  value: unknown;
  label: string;
  onChange: (value: unknown) => void;
}

/** Keeps what is typed, so that `1.` and `1.50` stay while somebody goes on typing. */
function NumberField({ kind, value, onChange, ...field }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && numberOf(typed, kind) === value ? typed : textOf(value);
  const change = (text: string) => {
    setTyped(text);
    onChange(numberOf(text, kind));
  };
  return <Field {...field} inputMode={kind === "int" ? "numeric" : "decimal"} value={shown} onChange={(event) => change(event.target.value)} />;
}

interface ChoiceListProps {
  variable: FormVariable;
  label: string;
  value: unknown;
  problem: string | null;
  onChange: (value: string[]) => void;
}

/** Any of a few. */
function ChoiceList({ variable, label, value, problem, onChange }: ChoiceListProps) {
  const note = useId();
  const chosen = listOf(value);
  const toggle = (option: string) => onChange(variable.options.filter((it) => (it === option ? !chosen.includes(it) : chosen.includes(it))));
  return (
    <fieldset aria-describedby={note} className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium text-ink">{label}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {variable.options.map((option) => (
          <label key={option} className="flex min-h-7 items-center gap-2 text-sm text-ink">
            <input type="checkbox" className="size-4 accent-accent" checked={chosen.includes(option)} onChange={() => toggle(option)} />
            {option}
          </label>
        ))}
      </div>
      <p id={note} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
        {problem ?? variable.description}
      </p>
    </fieldset>
  );
}

function Noted({ hint, problem, children }: { hint?: string; problem: string | null; children: ReactNode }) {
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
