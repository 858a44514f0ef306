import { useState } from "react";
import { putLearning, type Learning } from "@/api/__generated__/agents.ts";
import { Chips } from "@/ui/chips.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { useChange } from "./agent-settings-queries.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import type { EntryFormProps } from "./entry-list.tsx";

const titles = { SUGGESTED: "Edit and keep the suggestion", KEPT: "Edit the learning" } as const;

/** A learning in words of one's own. What an agent suggested is kept with it. */
export function LearningDialog({ entry: learning, onClose }: EntryFormProps<Learning>) {
  const [form, setForm] = useState({ pattern: learning?.pattern ?? "", solution: learning?.solution ?? "", files: learning?.files ?? [] });
  const [problem, setProblem] = useState<string | null>(null);
  const put = useChange(putLearning, "learnings");
  const save = () => {
    if (form.pattern.trim() === "") setProblem("Say what it is about.");
    else put.mutate({ id: learning?.id ?? null, input: { ...form, pattern: form.pattern.trim() } }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={learning ? titles[learning.state] : "New learning"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
      <TextArea
        label="What happens"
        rows={3}
        value={form.pattern}
        problem={problem}
        onChange={(event) => {
          setForm({ ...form, pattern: event.target.value });
          setProblem(null);
        }}
      />
      <TextArea label="What to do" rows={4} value={form.solution} onChange={(event) => setForm({ ...form, solution: event.target.value })} />
      <Chips label="Files" values={form.files} placeholder="src/**/*.rs" hint="Where it matters; everywhere without any." onChange={(files) => setForm({ ...form, files })} />
    </EntryDialog>
  );
}
