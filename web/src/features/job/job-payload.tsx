import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { languageOf, languages } from "@/features/code/language.ts";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import type { DraftKind, JobDraft, JobProblems } from "./job-draft.ts";
import { functionChoicesQuery, runbookChoicesQuery } from "./job-queries.ts";

export interface JobFormProps {
  draft: JobDraft;
  problems: JobProblems;
  onChange: (change: Partial<JobDraft>) => void;
}

const kinds: readonly { value: DraftKind; label: string }[] = [
  { value: "command", label: "Command" },
  { value: "code", label: "Code" },
  { value: "runbook", label: "Runbook" },
  { value: "function", label: "Function" },
  { value: "artifact", label: "Artifact" },
];

/** What a job runs. */
export function JobPayload({ draft, problems, onChange, onSubmit }: JobFormProps & { onSubmit: () => void }) {
  const id = useId();
  return (
    <section aria-label="What it runs" className="overflow-hidden rounded-xl border border-line bg-surface shadow-card">
      <div className="border-b border-line">
        <Tabs id={id} label="Kind of job" tabs={kinds} chosen={draft.kind} onChoose={(kind) => onChange({ kind })} />
      </div>
      <div {...panelOf(id, draft.kind)}>
        {draft.kind === "code" ? <CodePart draft={draft} problems={problems} onChange={onChange} onSubmit={onSubmit} /> : null}
        {draft.kind === "code" ? null : (
          <div className="space-y-5 p-4">
            <OtherPart draft={draft} problems={problems} onChange={onChange} />
          </div>
        )}
      </div>
    </section>
  );
}

function CodePart({ draft, problems, onChange, onSubmit }: JobFormProps & { onSubmit: () => void }) {
  const choose = (value: string) => {
    const chosen = languages.find((it) => it.value === value);
    if (!chosen) return;
    // Code that was begun is kept; the example of another language is not code of theirs.
    const untouched = draft.code === languageOf(draft.language).hello;
    onChange({ language: chosen.value, ...(untouched ? { code: chosen.hello } : {}) });
  };
  return (
    <>
      <div className="border-b border-line px-4 py-3">
        <LanguageSelect draft={draft} onChoose={choose} />
      </div>
      <CodeEditor
        key={draft.language}
        initial={draft.code}
        language={draft.language}
        label="Code of the job"
        onChange={(code) => onChange({ code })}
        onRun={onSubmit}
        className="[--editor-height:min(20rem,45vh)]"
      />
      {problems.code ? <p className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">{problems.code}</p> : null}
    </>
  );
}

function OtherPart({ draft, problems, onChange }: JobFormProps) {
  const runbooks = useQuery({ ...runbookChoicesQuery, enabled: draft.kind === "runbook" });
  const functions = useQuery({ ...functionChoicesQuery, enabled: draft.kind === "function" });
  switch (draft.kind) {
    case "command":
      return (
        <TextArea
          label="Command"
          rows={4}
          value={draft.command}
          placeholder="make report"
          hint='A line for the shell. A JSON array is a program with its arguments: ["make", "report"].'
          problem={problems.command ?? null}
          onChange={(event) => onChange({ command: event.target.value })}
        />
      );
    case "runbook":
      return (
        <>
          <Choice
            label="Runbook"
            none={runbooks.data?.length === 0 ? "You have no runbooks yet" : "Choose a runbook"}
            options={runbooks.data ?? []}
            value={draft.runbook}
            problem={problems.runbook}
            onChoose={(runbook) => onChange({ runbook })}
          />
          <InputField label="Inputs, as JSON" placeholder='{"city": "Vienna"}' draft={draft} problems={problems} onChange={onChange} />
        </>
      );
    case "function":
      return (
        <>
          <Choice
            label="Function"
            none={functions.data?.length === 0 ? "You have no functions yet" : "Choose a function"}
            options={(functions.data ?? []).map((name) => [name, name] as const)}
            value={draft.function}
            problem={problems.function}
            onChoose={(name) => onChange({ function: name })}
          />
          <InputField label="Input, as JSON" placeholder='"world"' draft={draft} problems={problems} onChange={onChange} />
        </>
      );
    case "artifact":
      return (
        <>
          <LanguageSelect draft={draft} onChoose={(value) => onChange({ language: languages.find((it) => it.value === value)?.value ?? draft.language })} />
          <Field
            label="Signed reference of the program"
            value={draft.artifact}
            placeholder="rba1.…"
            spellCheck={false}
            autoComplete="off"
            problem={problems.artifact ?? null}
            onChange={(event) => onChange({ artifact: event.target.value })}
          />
        </>
      );
    case "code":
      return null;
  }
}

function LanguageSelect({ draft, onChoose }: { draft: JobDraft; onChoose: (value: string) => void }) {
  return (
    <Select
      label="Language"
      className="max-w-52"
      value={draft.language}
      options={languages.map((it) => [it.value, it.label] as const)}
      onChange={(event) => onChoose(event.target.value)}
    />
  );
}

function InputField({ label, placeholder, draft, problems, onChange }: JobFormProps & { label: string; placeholder: string }) {
  return (
    <TextArea
      label={label}
      rows={5}
      value={draft.input}
      placeholder={placeholder}
      problem={problems.input ?? null}
      onChange={(event) => onChange({ input: event.target.value })}
    />
  );
}

interface ChoiceProps {
  label: string;
  /** What stands where nothing is chosen. */
  none: string;
  options: readonly (readonly [string, string])[];
  value: string;
  problem: string | undefined;
  onChoose: (value: string) => void;
}

/** One of what there is, and of what was chosen though it is not in sight. */
function Choice({ label, none, options, value, problem, onChoose }: ChoiceProps) {
  const known = value === "" || options.some(([it]) => it === value);
  const all: (readonly [string, string])[] = [["", none], ...options, ...(known ? [] : [[value, value] as const])];
  return (
    <div>
      <Select label={label} options={all} value={value} aria-invalid={problem ? true : undefined} onChange={(event) => onChoose(event.target.value)} />
      {problem ? <p className="mt-1.5 text-[0.8125rem] text-failure">{problem}</p> : null}
    </div>
  );
}
