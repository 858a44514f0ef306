import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CodeLanguage } from "@/api/schema.ts";
import { languageOf } from "@/features/code/language.ts";
import { limits } from "@/features/code/limits.ts";
import { NetworkField } from "@/features/code/network-field.tsx";
import { offerQuery, packagesHint } from "@/features/code/offer.ts";
import { SecretChoice } from "@/features/secret/secret-choice.tsx";
import { Chips } from "@/ui/chips.tsx";
import { Field } from "@/ui/field.tsx";
import { Fold } from "@/ui/fold.tsx";
import type { FunctionDraft, FunctionProblems } from "./function-draft.ts";

interface FunctionFieldsProps {
  language: CodeLanguage;
  draft: FunctionDraft;
  problems: FunctionProblems;
  onChange: (change: Partial<FunctionDraft>) => void;
}

type Section = "limits" | "network";

/** What a version asks for beside its code. */
export function FunctionFields({ language, draft, problems, onChange }: FunctionFieldsProps) {
  const { data: offer } = useQuery(offerQuery);
  const [opened, setOpened] = useState<Partial<Record<Section, boolean>>>({});
  const wrongLimit = [problems.timeout, problems.memory, problems.cpu, problems.keepWarm].some((it) => it !== undefined);
  const limited = draft.timeout + draft.memory + draft.cpu + draft.keepWarm !== "";
  const fold = (section: Section, used: boolean, wrong: boolean) => ({
    open: wrong || (opened[section] ?? used),
    onToggle: (open: boolean) => setOpened({ ...opened, [section]: open }),
  });
  const limit = (name: "timeout" | "memory" | "cpu" | "keepWarm", usual: number | undefined) => (
    <Field
      size="small"
      inputMode="decimal"
      label={`${limits[name].label}, ${limits[name].unit}`}
      placeholder={usual === undefined ? "default" : String(usual)}
      value={draft[name]}
      problem={problems[name] ?? null}
      onChange={(event) => onChange({ [name]: event.target.value })}
    />
  );
  return (
    <section aria-label="Settings" className="min-w-0 divide-y divide-line rounded-xl border border-line bg-surface shadow-card">
      <div className="space-y-5 p-4">
        <Field
          size="small"
          label="Description"
          value={draft.description}
          placeholder="What it is for"
          problem={problems.description ?? null}
          onChange={(event) => onChange({ description: event.target.value })}
        />
        <Chips
          label="Packages"
          values={draft.dependencies}
          onChange={(dependencies) => onChange({ dependencies })}
          placeholder={languageOf(language).packages.example}
          hint={packagesHint(language, offer)}
          problem={problems.dependencies ?? null}
        />
        <SecretChoice chosen={draft.secrets} onChange={(secrets) => onChange({ secrets })} />
      </div>
      <Fold title="Limits" note={draft.timeout === "" ? null : `${draft.timeout} s`} {...fold("limits", limited, wrongLimit)}>
        <div className="grid grid-cols-2 gap-x-3 gap-y-4">
          {limit("timeout", offer?.timeout)}
          {limit("memory", offer?.mem_limit_mb)}
          {limit("cpu", offer?.cpu_limit)}
          {limit("keepWarm", undefined)}
        </div>
      </Fold>
      <Fold title="Network" note={draft.network.length > 0 ? `${draft.network.length}` : "none"} {...fold("network", draft.network.length > 0, problems.network !== undefined)}>
        <NetworkField hosts={draft.network} onChange={(network) => onChange({ network })} problem={problems.network ?? null} />
      </Fold>
    </section>
  );
}
