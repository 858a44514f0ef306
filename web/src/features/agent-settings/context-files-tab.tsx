import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deleteContextFile, putContextFile, type ContextFile } from "@/api/__generated__/agents.ts";
import { repositoriesQuery } from "@/features/agent-session/agent-queries.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { Select } from "@/ui/select.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { contextFilesQuery, useChange } from "./agent-settings-queries.ts";
import { EntryDialog, ScopeField } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { useMayEdit } from "./use-may-edit.ts";

/** Markdown that agents are told. */
export function ContextFilesTab() {
  const files = useQuery(contextFilesQuery);
  const repositories = useQuery(repositoriesQuery).data ?? [];
  const remove = useChange(deleteContextFile, "context-files");
  const { mayEdit } = useMayEdit();
  const nameOf = (id: string | null) => (id === null ? "all repositories" : (repositories.find((it) => it.id === id)?.name ?? "a repository"));
  return (
    <EntryList
      noun="context file"
      intro="What an agent should know beside the repository: Markdown with a # heading as its title. Files that it names in backticks are read to the agent too."
      query={files}
      empty="No context files yet. How you name things and what must never be done belong here."
      form={ContextFileDialog}
    >
      {(file, onEdit) => (
        <EntryRow
          key={file.id}
          title={file.title}
          scope={file.scope}
          busy={remove.isPending && remove.variables.id === file.id}
          loss="Agents are told it no more, from their next turn on."
          onEdit={mayEdit(file) ? onEdit : null}
          onDelete={mayEdit(file) ? () => remove.mutate({ id: file.id }, { onError: tellFailure }) : null}
        >
          For {nameOf(file.repository)}
          {file.paths.length > 0 ? `, with ${file.paths.join(", ")}` : ""}
        </EntryRow>
      )}
    </EntryList>
  );
}

function ContextFileDialog({ entry: file, onClose }: EntryFormProps<ContextFile>) {
  const { administrator } = useMayEdit();
  const repositories = useQuery(repositoriesQuery).data ?? [];
  const [form, setForm] = useState({ text: file?.text ?? "# \n\n", repository: file?.repository ?? null, scope: file?.scope ?? ("MINE" as const) });
  const [problem, setProblem] = useState<string | null>(null);
  const put = useChange(putContextFile, "context-files");
  const save = () => {
    if (!/^#\s+\S/m.test(form.text)) setProblem("Begin with a heading, such as “# How we write tests”: it is the title.");
    else put.mutate({ id: file?.id ?? null, input: form }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={file ? `Edit ${file.title}` : "New context file"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
      <TextArea
        label="Markdown"
        rows={14}
        value={form.text}
        problem={problem}
        onChange={(event) => {
          setForm({ ...form, text: event.target.value });
          setProblem(null);
        }}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Repository"
          value={form.repository ?? ""}
          options={[["", "All"], ...repositories.map((it) => [it.id, it.name] as const)]}
          onChange={(event) => setForm({ ...form, repository: event.target.value || null })}
        />
        <ScopeField scope={form.scope} administrator={administrator} onChange={(scope) => setForm({ ...form, scope })} />
      </div>
    </EntryDialog>
  );
}
