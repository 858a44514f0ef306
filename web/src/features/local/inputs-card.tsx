import type { ComponentType, LocalComponent } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { FormFields } from "./form-fields.tsx";
import { useGiven, useValues } from "./local-context.ts";

/** Of forms that are ours. */
const labels: Partial<Record<ComponentType, Readonly<Record<string, string>>>> = {
  git_clone: { url: "Repository", ref: "Branch or tag", repo_path: "Directory of it", local_path: "Where it goes" },
};

/** What the document asks for, by itself or inside of a script's card. */
export function InputsCard({ component, isNested = false }: { component: LocalComponent; isNested?: boolean }) {
  const { given } = useGiven(component);
  const { form } = component;
  if (isNested && form) {
    return (
      <div role="group" aria-label={`Inputs ${component.id}`} className="border-t border-line px-4 py-4">
        <FormFields id={component.id} form={form} given={given} labels={labels[component.type]} />
      </div>
    );
  }
  return (
    <BlockCard component={component} title="Inputs" given={given} look={plainLook("edit")}>
      {form ? (
        <div className="border-t border-line px-4 py-4">
          <FormFields id={component.id} form={form} given={given} />
          <ResetButton id={component.id} />
        </div>
      ) : null}
    </BlockCard>
  );
}

/** Takes back what was typed. */
export function ResetButton({ id }: { id: string }) {
  const values = useValues();
  if (Object.keys(values.typed[id] ?? {}).length === 0) return null;
  return (
    <Button size="small" icon="undo" className="mt-4" onClick={() => values.reset(id)}>
      Back to the author's values
    </Button>
  );
}
