import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { languageOf } from "@/features/code/language.ts";
import { limits } from "@/features/code/limits.ts";
import { NetworkField } from "@/features/code/network-field.tsx";
import { offerQuery, packagesHint } from "@/features/code/offer.ts";
import { Chips } from "@/ui/chips.tsx";
import { Field } from "@/ui/field.tsx";
import { Fold } from "@/ui/fold.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { FileList } from "./file-list.tsx";
import type { Field as Name } from "./draft.ts";
import type { Playground, PlaygroundState } from "./playground.ts";

interface SettingsPanelProps {
  playground: Playground;
  state: PlaygroundState;
}

type Section = "files" | "input" | "limits" | "network";

const fieldsOf: Record<Section, Name[]> = {
  files: ["files"],
  input: ["stdin", "args", "env"],
  limits: ["timeout", "memory", "cpu", "output"],
  network: ["network"],
};

/** Everything that a program gets beside its code. What is in use, or wrong, stands open. */
export function SettingsPanel({ playground, state }: SettingsPanelProps) {
  const { draft, problems, language } = state;
  const { data: offer } = useQuery(offerQuery);
  const [opened, setOpened] = useState<Partial<Record<Section, boolean>>>({});
  const used = (section: Section) => fieldsOf[section].filter((field) => draft[field].length > 0).length;
  const wrong = (section: Section) => fieldsOf[section].some((field) => problems[field] !== undefined);
  const fold = (section: Section) => ({
    open: wrong(section) || (opened[section] ?? used(section) > 0),
    onToggle: (open: boolean) => setOpened({ ...opened, [section]: open }),
    tone: wrong(section) ? ("failure" as const) : ("neutral" as const),
  });
  const limit = (name: "timeout" | "memory" | "cpu" | "output", usual: number | undefined) => (
    <Field
      size="small"
      inputMode="decimal"
      label={`${limits[name].label}, ${limits[name].unit}`}
      placeholder={usual === undefined ? "default" : String(usual)}
      value={draft[name]}
      problem={problems[name] ?? null}
      onChange={(event) => playground.change({ [name]: event.target.value })}
    />
  );
  return (
    <section aria-label="Settings" className="min-w-0 divide-y divide-line rounded-xl border border-line bg-surface shadow-card">
      <div className="p-4">
        <Chips
          label="Packages"
          values={draft.dependencies}
          onChange={(dependencies) => playground.change({ dependencies })}
          placeholder={languageOf(language).packages.example}
          hint={packagesHint(language, offer)}
          problem={problems.dependencies ?? null}
        />
      </div>
      <Fold title="Files" note={draft.files.length > 0 ? String(draft.files.length) : null} {...fold("files")}>
        <FileList playground={playground} state={state} />
      </Fold>
      <Fold title="Input" note={noteOf(draft.stdin !== "" && "stdin", draft.args.trim() !== "" && "arguments", draft.env.trim() !== "" && "variables")} {...fold("input")}>
        <div className="space-y-4">
          <TextArea
            label="Standard input"
            value={draft.stdin}
            problem={problems.stdin ?? null}
            onChange={(event) => playground.change({ stdin: event.target.value })}
          />
          <TextArea
            label="Arguments"
            rows={2}
            placeholder={"--verbose\ninput.csv"}
            hint={'One on each line. A line in "quotes" may hold \\n.'}
            value={draft.args}
            problem={problems.args ?? null}
            onChange={(event) => playground.change({ args: event.target.value })}
          />
          <TextArea
            label="Environment"
            rows={2}
            placeholder="NAME=value"
            hint="One variable on each line."
            value={draft.env}
            problem={problems.env ?? null}
            onChange={(event) => playground.change({ env: event.target.value })}
          />
        </div>
      </Fold>
      <Fold title="Limits" note={noteOf(draft.timeout !== "" && `${draft.timeout} s`, draft.memory !== "" && `${draft.memory} MiB`)} {...fold("limits")}>
        <div className="grid grid-cols-2 gap-x-3 gap-y-4">
          {limit("timeout", offer?.timeout)}
          {limit("memory", offer?.mem_limit_mb)}
          {limit("cpu", offer?.cpu_limit)}
          {limit("output", offer && Math.floor(offer.output_limit / 1024))}
        </div>
        <label className="mt-4 flex items-start gap-2.5 text-sm text-ink">
          <input
            type="checkbox"
            checked={draft.onOutputLimit === "kill"}
            onChange={(event) => playground.change({ onOutputLimit: event.target.checked ? "kill" : "continue" })}
            className="mt-0.5 size-4 accent-accent"
          />
          Kill a program that writes more
        </label>
      </Fold>
      <Fold title="Network" note={draft.network.length > 0 ? `${draft.network.length}` : "none"} {...fold("network")}>
        <NetworkField hosts={draft.network} onChange={(network) => playground.change({ network })} problem={problems.network ?? null} />
      </Fold>
    </section>
  );
}

function noteOf(...notes: (string | false)[]): string | null {
  const told = notes.filter((note) => note !== false);
  return told.length === 0 ? null : told.join(", ");
}
