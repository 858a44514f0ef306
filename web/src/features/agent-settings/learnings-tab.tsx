import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { deleteLearning, putLearning, type Learning } from "@/api/__generated__/agents.ts";
import { iso } from "@/features/agent-session/session-words.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { paths } from "@/paths.ts";
import { Chips } from "@/ui/chips.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { learningsQuery, useChange } from "./agent-settings-queries.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";

/** What was learnt in sessions, and is told to later ones. */
export function LearningsTab() {
  const [typed, setTyped] = useState("");
  const learnings = useQuery(learningsQuery(typed.trim()));
  const remove = useChange(deleteLearning, "learnings");
  return (
    <EntryList
      noun="learning"
      intro="What went wrong once and how it was put right. Agents are told those that fit the files they work on."
      query={learnings}
      empty={typed.trim() === "" ? "Nothing is learnt yet. Sessions add to this, and so may you." : "No learning holds these words."}
      tools={
        <input
          type="search"
          aria-label="Search learnings"
          placeholder="Search"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="mb-4 h-9 w-full min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-faint hover:border-line-strong sm:max-w-64"
        />
      }
      form={LearningDialog}
    >
      {(learning, onEdit) => (
        <EntryRow
          key={learning.id}
          title={learning.pattern}
          busy={remove.isPending && remove.variables.id === learning.id}
          loss="Agents are told it no more."
          onEdit={onEdit}
          onDelete={() => remove.mutate({ id: learning.id }, { onError: tellFailure })}
        >
          <p className="whitespace-pre-wrap text-ink-soft">{learning.solution}</p>
          <p className="mt-0.5 flex flex-wrap gap-x-3">
            {learning.files.length > 0 ? <span className="font-mono">{learning.files.join(", ")}</span> : null}
            <span>told {learning.uses === 1 ? "once" : `${learning.uses} times`}</span>
            <TimeAgo at={iso(learning.at)} />
            {learning.session ? (
              <Link to={paths.agentSession(learning.session)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
                Its session
              </Link>
            ) : null}
          </p>
        </EntryRow>
      )}
    </EntryList>
  );
}

function LearningDialog({ entry: learning, onClose }: EntryFormProps<Learning>) {
  const [form, setForm] = useState({ pattern: learning?.pattern ?? "", solution: learning?.solution ?? "", files: learning?.files ?? [] });
  const [problem, setProblem] = useState<string | null>(null);
  const put = useChange(putLearning, "learnings");
  const save = () => {
    if (form.pattern.trim() === "") setProblem("Say what it is about.");
    else put.mutate({ id: learning?.id ?? null, input: { ...form, pattern: form.pattern.trim() } }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={learning ? "Edit the learning" : "New learning"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
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
