import type { Form, FormVariable, Values } from "@/api/local-schema.ts";
import { Field } from "@/ui/field.tsx";
import { withFilledDefault } from "./components.ts";
import { textOf } from "./field-values.ts";
import type { Given } from "./fill.ts";
import { FormField } from "./form-field.tsx";
import { useValues } from "./local-context.ts";

const nothing: Values = {};

interface FormFieldsProps {
  id: string;
  form: Form;
  given: Given;
  /** What other forms give, which can only be read here. */
  inherited?: Values;
  /** What fields are called here, where that is not their name. */
  labels?: Readonly<Record<string, string>>;
}

/** The fields of a form, by its sections. */
export function FormFields({ id, form, given, inherited = nothing, labels = {} }: FormFieldsProps) {
  const values = useValues();
  const named = new Map(form.variables.map((it) => [it.name, it]));
  const sections = form.sections.length > 0 ? form.sections : [{ name: "", variables: [...named.keys()] }];
  return sections.map((section) => {
    const fields = section.variables.flatMap((name) => named.get(name) ?? []);
    const grid = (
      <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
        {fields.map((variable) => (
          <div key={variable.name} data-input={`${id}.${variable.name}`} className={`min-w-0 ${isWide(variable) ? "sm:col-span-2" : ""}`}>
            {Object.hasOwn(inherited, variable.name) ? (
              <Field
                size="small"
                label={`${variable.name} (inherited)`}
                type={variable.sensitive ? "password" : "text"}
                autoComplete="off"
                readOnly
                value={textOf(inherited[variable.name])}
                className="opacity-75"
              />
            ) : (
              <FormField
                variable={{ ...withFilledDefault(variable, given), name: labels[variable.name] ?? variable.name }}
                typed={values.typed[id]?.[variable.name]}
                problem={values.problemOf(id, variable.name)}
                onChange={(value) => values.set(id, variable.name, value)}
              />
            )}
          </div>
        ))}
      </div>
    );
    if (section.name === "") return <div key="">{grid}</div>;
    return (
      <fieldset key={section.name} className="min-w-0 [&:not(:first-child)]:mt-6">
        <legend className="mb-3 text-[0.8125rem] font-semibold tracking-wide text-ink-soft">{section.name}</legend>
        {grid}
      </fieldset>
    );
  });
}

function isWide({ type }: FormVariable): boolean {
  return type === "list" || type === "map";
}
