import { messageOf } from "@/api/errors.ts";
import { choose, type PullRequestChoice } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { AttentionCard } from "./attention-card.tsx";
import { useSessionContext } from "./session-context.ts";

const choices: readonly (readonly [PullRequestChoice, string])[] = [
  ["STACKED_REQUEST", "Open a pull request; the next step goes on top"],
  ["SAME_BRANCH", "Go on in the same branch"],
  ["NEW_BRANCH", "Go on in a new branch, without a pull request"],
  ["CANCEL_REST", "Carry out no more steps"],
];

/** How to go on after a step, in the manual mode. */
export function ChoiceCard({ after }: { after: string }) {
  const { id } = useSessionContext();
  const send = useAct(choose, id);
  return (
    <AttentionCard title={`Step ${after} is done. How shall it go on?`}>
      {send.isError ? <Notice className="mb-3">{messageOf(send.error)}</Notice> : null}
      <div className="grid gap-2">
        {choices.map(([choice, words]) => (
          <Button
            key={choice}
            size="large"
            busy={send.isPending && send.variables.choice === choice}
            disabled={send.isPending}
            className="h-auto! min-h-11 py-2 text-left whitespace-normal!"
            onClick={() => send.mutate({ choice })}
          >
            <span className="flex-1">{words}</span>
          </Button>
        ))}
      </div>
    </AttentionCard>
  );
}
