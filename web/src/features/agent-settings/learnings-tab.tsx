import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deleteLearning } from "@/api/__generated__/agents.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { keptOf, learningsQuery, suggestedOf, useChange } from "./agent-settings-queries.ts";
import { EntryList } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { LearningDialog } from "./learning-dialog.tsx";
import { LearningSource } from "./learning-source.tsx";
import { Suggestions } from "./suggestions.tsx";

/** What was learnt in sessions, and is told to later ones. */
export function LearningsTab() {
  const [typed, setTyped] = useState("");
  const query = learningsQuery(typed.trim());
  const suggested = useQuery({ ...query, select: suggestedOf }).data ?? [];
  const kept = useQuery({ ...query, select: keptOf });
  const remove = useChange(deleteLearning, "learnings");
  return (
    <EntryList
      noun="learning"
      intro="What went wrong once and how it was put right. Agents are told those that fit the files they work on."
      query={kept}
      empty={typed.trim() === "" ? "Nothing is kept yet. Agents suggest learnings while they work, and you may write them too." : "No learning that is kept holds these words."}
      tools={
        <>
          <input
            type="search"
            aria-label="Search learnings"
            placeholder="Search"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="mb-4 h-9 w-full min-w-0 rounded-lg border border-line-strong/60 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-faint hover:border-line-strong sm:max-w-64"
          />
          <Suggestions suggestions={suggested} />
        </>
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
          <LearningSource learning={learning} />
        </EntryRow>
      )}
    </EntryList>
  );
}
