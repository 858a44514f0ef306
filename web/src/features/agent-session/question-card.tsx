import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { answer } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { AttentionCard } from "./attention-card.tsx";
import { useSessionContext } from "./session-context.ts";

interface QuestionCardProps {
  question: number;
  asked: readonly { text: string; options: readonly string[] }[];
}

/** What an agent wants to know: an answer that it suggests, or another. */
export function QuestionCard({ question, asked }: QuestionCardProps) {
  const { id, closed } = useSessionContext();
  const [answers, setAnswers] = useState(() => asked.map(() => ""));
  const send = useAct(answer, id);
  const isWhole = answers.every((it) => it.trim() !== "");
  const give = (at: number, text: string) => setAnswers(answers.map((it, other) => (other === at ? text : it)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole && !send.isPending) send.mutate({ question, answers: answers.map((it) => it.trim()) });
  };
  return (
    <AttentionCard title={asked.length === 1 ? "The agent asks" : `The agent asks ${asked.length} things`}>
      {send.isError ? <Notice className="mb-3">{messageOf(send.error)}</Notice> : null}
      <form onSubmit={submit} className="space-y-4">
        {asked.map(({ text, options }, at) => (
          <fieldset key={text} className="space-y-2">
            <legend className="mb-2 text-[0.9375rem] whitespace-pre-wrap text-ink">{text}</legend>
            {options.length > 0 ? (
              <div className="grid gap-2">
                {options.map((option) => (
                  <button
                    key={option}
                    type="button"
                    aria-pressed={answers[at] === option}
                    onClick={() => give(at, option)}
                    className="min-h-11 rounded-lg border border-line bg-surface px-3.5 py-2 text-left text-sm text-ink transition-colors hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
                  >
                    {option}
                  </button>
                ))}
              </div>
            ) : null}
            <Field
              label={options.length > 0 ? "Or in your own words" : "Answer"}
              size="small"
              value={options.includes(answers[at] ?? "") ? "" : (answers[at] ?? "")}
              onChange={(event) => give(at, event.target.value)}
            />
          </fieldset>
        ))}
        <Button type="submit" look="primary" size="large" className="w-full" disabled={!isWhole || closed !== null} busy={send.isPending}>
          Answer
        </Button>
      </form>
    </AttentionCard>
  );
}
