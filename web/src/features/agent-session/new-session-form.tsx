import { useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { Link, useNavigate } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { Repository } from "@/api/__generated__/agents.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { Fold } from "@/ui/fold.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";
import { templatesQuery, useOpenSession } from "./agent-queries.ts";
import { SettingsFields } from "./settings-fields.tsx";
import { problemsOfSettings, settingsInputOf, unusual, usualSettings, type SettingsForm, type SettingsProblems } from "./settings-form.ts";

/** One of one's own may be kept for everybody too. */
const optionOf = ({ id, name, scope }: Repository) => [id, scope === "HUB" ? `${name} (for everybody)` : name] as const;

/** Opens a session: what is to be done, and where. */
export function NewSessionForm({ repositories, onCancel }: { repositories: readonly Repository[]; onCancel: (() => void) | null }) {
  const navigate = useNavigate();
  const open = useOpenSession((session) => void navigate(paths.agentSession(session.id)));
  const [prompt, setPrompt] = useState("");
  const [repository, setRepository] = useState(repositories[0]?.id ?? "");
  const [template, setTemplate] = useState("");
  const [settings, setSettings] = useState<SettingsForm>(usualSettings);
  const [problems, setProblems] = useState<SettingsProblems & { prompt?: string }>({});
  const [unfolded, setUnfolded] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = { ...problemsOfSettings(settings), ...(prompt.trim() === "" && template === "" ? { prompt: "Say what is to be done." } : {}) };
    setProblems(found);
    if (Object.keys(found).some((it) => it !== "prompt")) setUnfolded(true);
    if (Object.keys(found).length > 0 || open.isPending) return;
    const input = { repository, prompt, template: template || null, settings: settingsInputOf(settings) };
    open.mutate(input);
  };
  const chosen = repositories.find((it) => it.id === repository);
  return (
    <form noValidate onSubmit={submit} aria-label="New session" className="mb-8 rounded-2xl border border-line bg-surface shadow-card">
      <div className="space-y-4 p-4 sm:p-5">
        {open.isError ? <Notice>{messageOf(open.error)}</Notice> : null}
        <Prompt value={prompt} problem={problems.prompt ?? null} onChange={setPrompt} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Select label="Repository" value={repository} options={repositories.map(optionOf)} onChange={(event) => setRepository(event.target.value)} />
          <TemplateField chosen={template} onChange={setTemplate} />
        </div>
      </div>
      <div className="border-y border-line">
        <Fold title="Settings" note={unusual(settings)} open={unfolded} onToggle={setUnfolded}>
          <SettingsFields
            form={settings}
            problems={problems}
            defaultBranch={chosen?.defaultBranch ?? null}
            onChange={(changed) => {
              setSettings({ ...settings, ...changed });
              setProblems({});
            }}
          />
        </Fold>
      </div>
      <div className="flex flex-wrap items-center justify-end gap-2 p-4">
        <Link to={paths.agentSettings()} className="mr-auto rounded text-sm text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          Add a repository
        </Link>
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
        <Button type="submit" look="primary" icon="play" busy={open.isPending}>
          Start planning
        </Button>
      </div>
    </form>
  );
}

function Prompt({ value, problem, onChange }: { value: string; problem: string | null; onChange: (text: string) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        What is to be done?
      </label>
      <textarea
        id={id}
        value={value}
        rows={4}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-note`}
        placeholder="Refuse callers that ask more than a hundred times a minute, and say in the answer when they may come back."
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
        className={`block w-full resize-y rounded-lg border bg-surface px-3.5 py-2.5 text-[0.9375rem] text-ink placeholder:text-ink-faint ${problem ? "border-failure" : "border-line-strong/60 hover:border-line-strong"}`}
      />
      <p id={`${id}-note`} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
        {problem ?? "An agent reads the repository and writes a plan. It changes nothing before you approve it."}
      </p>
    </div>
  );
}

function TemplateField({ chosen, onChange }: { chosen: string; onChange: (template: string) => void }) {
  const { data: templates = [] } = useQuery(templatesQuery);
  if (templates.length === 0) return null;
  const options = [["", "None"], ...templates.map((it) => [it.id, it.category ? `${it.title} (${it.category})` : it.title] as const)] as const;
  return <Select label="Template" value={chosen} options={options} onChange={(event) => onChange(event.target.value)} />;
}
