import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deleteTemplate, putTemplate, type Template } from "@/api/__generated__/agents.ts";
import { templatesQuery } from "@/features/agent-session/agent-queries.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { Field } from "@/ui/field.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { useChange } from "./agent-settings-queries.ts";
import { EntryDialog, ScopeField } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { useMayEdit } from "./use-may-edit.ts";

/** Plans to begin with. */
export function TemplatesTab() {
  const templates = useQuery(templatesQuery);
  const remove = useChange(deleteTemplate, "templates");
  const { mayEdit } = useMayEdit();
  return (
    <EntryList
      noun="template"
      intro="Plans to begin a session with. The agent fits one to the repository."
      query={templates}
      empty="No templates yet."
      form={TemplateDialog}
    >
      {(template, onEdit) => (
        <EntryRow
          key={template.id}
          title={template.title}
          scope={template.scope}
          busy={remove.isPending && remove.variables.id === template.id}
          loss="Sessions that began with it stay as they are."
          onEdit={mayEdit(template) ? onEdit : null}
          onDelete={mayEdit(template) ? () => remove.mutate({ id: template.id }, { onError: tellFailure }) : null}
        >
          {[template.category, `version ${template.version}`, `used ${template.uses === 1 ? "once" : `${template.uses} times`}`].filter((it) => it !== "").join(", ")}
        </EntryRow>
      )}
    </EntryList>
  );
}

function TemplateDialog({ entry: template, onClose }: EntryFormProps<Template>) {
  const { administrator } = useMayEdit();
  const [form, setForm] = useState({ title: template?.title ?? "", category: template?.category ?? "", text: template?.text ?? "", scope: template?.scope ?? ("MINE" as const) });
  const [problem, setProblem] = useState<string | null>(null);
  const put = useChange(putTemplate, "templates");
  const save = () => {
    if (form.title.trim() === "") setProblem("Give it a title.");
    else put.mutate({ id: template?.id ?? null, input: { ...form, title: form.title.trim(), category: form.category.trim() } }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={template ? `Edit ${template.title}` : "New template"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Title"
          size="small"
          value={form.title}
          problem={problem}
          onChange={(event) => {
            setForm({ ...form, title: event.target.value });
            setProblem(null);
          }}
        />
        <Field label="Category" size="small" value={form.category} placeholder="migration" onChange={(event) => setForm({ ...form, category: event.target.value })} />
      </div>
      <TextArea label="Plan" rows={14} value={form.text} placeholder={"# Move to the new client\n\n## Step 1: Find all callers"} onChange={(event) => setForm({ ...form, text: event.target.value })} />
      <ScopeField scope={form.scope} administrator={administrator} onChange={(scope) => setForm({ ...form, scope })} />
    </EntryDialog>
  );
}
