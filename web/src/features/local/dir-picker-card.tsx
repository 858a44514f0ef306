import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { sentence } from "@/api/errors.ts";
import { localApi } from "@/api/local.ts";
import type { LocalComponent, ValuesByForm } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { isBroken, textProp } from "./components.ts";
import { fillPlain, outputOf } from "./fill.ts";
import { typedNow, useGiven, useLocal } from "./local-context.ts";
import { directoriesQuery } from "./local-queries.ts";
import { levelCount, levelLabel, namesOf } from "./directory-levels.ts";
import { missingOf, waitsFor } from "./missing.ts";

/** Asks for a directory beneath a root, level by level. What is chosen is an output, which the server keeps. */
export function DirPickerCard({ component }: { component: LocalComponent }) {
  const { runbook, whenTrusted } = useLocal();
  const { given } = useGiven(component);
  const clone = textProp(component, "rootDir") === null ? textProp(component, "gitCloneId") : null;
  const isUncloned = clone !== null && outputOf(given.outputs, clone, "clone_path") === undefined;
  const missing = [...missingOf(component, given, null), ...(isUncloned ? [`outputs.${clone}.clone_path`] : [])];
  const chosen = outputOf(given.outputs, component.id, "PATH") ?? "";
  const look = chosen === "" ? plainLook("folder") : { label: "chosen", icon: "check" as const, text: "text-success", frame: "border-success" };
  return (
    <BlockCard component={component} title="Choose a directory" given={given} look={look}>
      {isBroken(component) ? null : missing.length > 0 ? (
        <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{waitsFor(missing)}</p>
      ) : runbook.trusted ? (
        <Picker component={component} chosen={chosen} />
      ) : (
        <div className="border-t border-line px-4 py-4">
          <Button size="small" icon="folder" onClick={() => whenTrusted(() => undefined)}>
            Show directories
          </Button>
        </div>
      )}
    </BlockCard>
  );
}

function Picker({ component, chosen }: { component: LocalComponent; chosen: string }) {
  const desk = useLocal();
  const { given, inputs } = useGiven(component);
  const { id } = component;
  const choose = useMutation({
    mutationFn: (path: string) => localApi.chooseDirectory({ componentId: id, inputs: typedNow(desk, component), path }),
    onSuccess: ({ path }) => desk.runs.give(id, { PATH: path }),
  });
  const names = namesOf(chosen);
  const levels = [...Array.from({ length: levelCount(component, names.length) }).keys()];
  const pathLabel = textProp(component, "pathLabel") ?? "Target Path";
  const description = textProp(component, "pathLabelDescription");
  return (
    <div className="space-y-4 border-t border-line px-4 py-4">
      <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
        {levels.map((level) => (
          <Level
            key={names.slice(0, level).join("/")}
            component={component}
            inputs={inputs}
            label={levelLabel(component, level)}
            under={names.slice(0, level).join("/")}
            chosen={names[level] ?? ""}
            isBusy={choose.isPending}
            onChoose={(name) => choose.mutate([...names.slice(0, level), ...(name === "" ? [] : [name])].join("/"))}
          />
        ))}
      </div>
      <PathForm
        key={chosen}
        label={fillPlain(pathLabel, given)}
        hint={description === null ? undefined : fillPlain(description, given)}
        chosen={chosen}
        problem={choose.error ? sentence(choose.error.message) : null}
        isBusy={choose.isPending}
        onChoose={choose.mutate}
      />
    </div>
  );
}

interface LevelProps {
  component: LocalComponent;
  inputs: ValuesByForm;
  label: string;
  /** The directories that were chosen before. */
  under: string;
  chosen: string;
  isBusy: boolean;
  onChoose: (name: string) => void;
}

/** The directories in one. Where there are none, there is nothing to choose. */
function Level({ component, inputs, label, under, chosen, isBusy, onChoose }: LevelProps) {
  const { runs } = useLocal();
  const others = Object.entries(runs.outputs).filter(([id]) => id !== component.id);
  const { data, error } = useQuery(directoriesQuery(component.id, inputs, under, JSON.stringify([component.props, others])));
  if (error) return <p role="alert" className="text-[0.8125rem] break-words text-failure sm:col-span-2">{sentence(error.message)}</p>;
  const names = data?.directories ?? [];
  if (names.length === 0 && chosen === "") {
    return data && under === "" ? <p className="text-[0.8125rem] text-ink-faint sm:col-span-2">There are no directories here; type one below once it is there.</p> : null;
  }
  const known = chosen === "" || names.includes(chosen) ? names : [chosen, ...names];
  const first = under === "" ? (chosen === "" ? [["", "Choose"] as const] : []) : [["", "None"] as const];
  return (
    <div>
      <Select label={label} value={chosen} disabled={isBusy} options={[...first, ...known.map((it) => [it, it] as const)]} onChange={(event) => onChoose(event.target.value)} />
      {data?.truncated ? <p className="mt-1.5 text-[0.8125rem] text-ink-faint">There are more; type the path below.</p> : null}
    </div>
  );
}

interface PathFormProps {
  label: string;
  hint: string | undefined;
  chosen: string;
  problem: string | null;
  isBusy: boolean;
  onChoose: (path: string) => void;
}

/** The path itself, for those who know it. */
function PathForm({ label, hint, chosen, problem, isBusy, onChoose }: PathFormProps) {
  const [typed, setTyped] = useState(chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChoose(typed);
  };
  return (
    <form onSubmit={submit} className="flex items-start gap-3">
      <Field
        size="small"
        className="min-w-0 flex-1"
        label={label}
        hint={hint}
        problem={problem}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" className="mt-7 shrink-0" busy={isBusy} disabled={typed === chosen}>
        Use this path
      </Button>
    </form>
  );
}
