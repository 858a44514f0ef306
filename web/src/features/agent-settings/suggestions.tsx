import { useId, useState } from "react";
import { deleteLearning, keepLearning, type Learning } from "@/api/__generated__/agents.ts";
import { withNothingUnseen } from "@/features/agent-session/plain-output.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { Button } from "@/ui/button.tsx";
import { useChange } from "./agent-settings-queries.ts";
import { LearningDialog } from "./learning-dialog.tsx";
import { LearningSource } from "./learning-source.tsx";

/** What agents wrote down. No agent is told any of it before somebody has read and kept it. */
export function Suggestions({ suggestions }: { suggestions: readonly Learning[] }) {
  const [edited, setEdited] = useState<Learning | null>(null);
  if (suggestions.length === 0) return null;
  return (
    <>
      <section aria-labelledby="suggestions" className="mb-6">
        <h2 id="suggestions" className="text-[0.9375rem] font-semibold text-ink">
          Suggested by agents
        </h2>
        <p className="mt-0.5 mb-2 text-[0.8125rem] text-pretty text-ink-faint">Agents may have read it in files of others. No agent is told it until you keep it.</p>
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-warning/40 bg-surface shadow-card">
          {suggestions.map((suggestion) => (
            <SuggestionRow key={suggestion.id} suggestion={suggestion} onEdit={() => setEdited(suggestion)} />
          ))}
        </ul>
        {edited ? <LearningDialog entry={edited} onClose={() => setEdited(null)} /> : null}
      </section>
      <h2 className="mb-2 text-[0.9375rem] font-semibold text-ink">Kept</h2>
    </>
  );
}

function SuggestionRow({ suggestion, onEdit }: { suggestion: Learning; onEdit: () => void }) {
  const { id, pattern, solution } = suggestion;
  const title = useId();
  const keep = useChange(keepLearning, "learnings");
  const dismiss = useChange(deleteLearning, "learnings");
  const settle = (how: typeof keep | typeof dismiss) => how.mutate({ id }, { onError: tellFailure });
  const isBusy = keep.isPending || dismiss.isPending;
  return (
    <li aria-labelledby={title} className="px-5 py-3">
      <p id={title} className="text-sm font-medium break-words whitespace-pre-wrap text-ink">{withNothingUnseen(pattern)}</p>
      <div className="mt-0.5 text-[0.8125rem] break-words text-ink-faint">
        <p className="whitespace-pre-wrap text-ink-soft">{withNothingUnseen(solution)}</p>
        <LearningSource learning={suggestion} />
      </div>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button size="small" look="soft" icon="check" aria-describedby={title} className="max-sm:h-10" disabled={dismiss.isPending} busy={keep.isPending} onClick={() => settle(keep)}>
          Keep
        </Button>
        <Button size="small" icon="edit" aria-describedby={title} className="max-sm:h-10" disabled={isBusy} onClick={onEdit}>
          Edit
        </Button>
        <Button size="small" icon="cross" aria-describedby={title} className="max-sm:h-10" disabled={keep.isPending} busy={dismiss.isPending} onClick={() => settle(dismiss)}>
          Dismiss
        </Button>
      </div>
    </li>
  );
}
