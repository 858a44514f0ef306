import type { LocalComponent, LocalModule } from "@/api/local-schema.ts";
import { BlockCard, plainLook } from "./block-card.tsx";
import { FormFields } from "./form-fields.tsx";
import { ResetButton } from "./inputs-card.tsx";
import { useGiven } from "./local-context.ts";

/** The variables of an OpenTofu module, as its files declare them. */
export function TfModuleCard({ component }: { component: LocalComponent }) {
  const { given } = useGiven(component);
  const { id, form, module } = component;
  return (
    <BlockCard component={component} title={titleOf(module)} given={given} look={plainLook("function")}>
      {module ? <About module={module} /> : null}
      {form ? (
        <div className="border-t border-line px-4 py-4">
          {form.variables.length > 0 ? <FormFields id={id} form={form} given={given} /> : <p className="text-sm text-ink-soft">This module has no variables.</p>}
          <ResetButton id={id} />
        </div>
      ) : null}
    </BlockCard>
  );
}

/** Not its author's Markdown. */
function titleOf(module: LocalModule | null | undefined): string {
  const title = module ? module.readmeTitle || module.folderName : "";
  return title === "" ? "OpenTofu module" : title.replace(/[\\`*_{}[\]<>]/g, String.raw`\$&`);
}

function About({ module: { source, outputs, resources } }: { module: LocalModule }) {
  const counts = [countOf(resources.length, "resource"), countOf(outputs.length, "output")].filter((it) => it !== "");
  return (
    <p className="px-4 pb-3 text-[0.8125rem] break-words text-ink-faint">
      Module <span className="font-mono text-ink-soft">{source}</span>
      {counts.length > 0 ? `, with ${counts.join(" and ")}` : ""}
    </p>
  );
}

function countOf(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
