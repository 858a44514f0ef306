import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { revise, type AgentSession, type Branch } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { useAct } from "./agent-queries.ts";
import { useSessionContext } from "./session-context.ts";
import { readinessWords } from "./session-words.ts";

/** Where the changes of steps went. */
export function BranchesPanel({ session }: { session: AgentSession }) {
  return (
    <section aria-labelledby="branches">
      <h3 id="branches" className="mb-2 text-[0.9375rem] font-semibold text-ink">
        Branches
      </h3>
      <ListCard>
        {session.branches.map((branch) => (
          <BranchRow key={branch.id} branch={branch} most={session.settings.ciAttempts} />
        ))}
      </ListCard>
    </section>
  );
}

const linkClass = "rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current";

function Outside({ url, children }: { url: string | null; children: string }) {
  if (url === null || !/^https?:/.test(url)) return <>{children}</>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" className={linkClass}>
      {children}
    </a>
  );
}

const looks = { OPEN: "bg-accent-soft text-accent", MERGED: "bg-success-soft text-success", CLOSED: "bg-line/70 text-ink-soft" } as const;

function BranchRow({ branch, most }: { branch: Branch; most: number }) {
  const { closed } = useSessionContext();
  const [asking, setAsking] = useState(false);
  const isOpen = branch.state === "OPEN";
  const words = isOpen ? (branch.pullRequest ? readinessWords[branch.readiness] : "no pull request") : branch.state.toLowerCase();
  return (
    <li aria-label={branch.name} className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
        <span className="min-w-0 font-mono text-[0.8125rem] break-all">
          <Outside url={branch.url}>{branch.name}</Outside>
        </span>
        <span className={`rounded-full px-2 py-0.5 text-xs font-medium ${looks[branch.state]}`}>{words}</span>
        {isOpen && !asking ? (
          <Button size="small" icon="edit" className="ml-auto max-sm:h-10" disabled={closed !== null} onClick={() => setAsking(true)}>
            Ask for a change
          </Button>
        ) : null}
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        {branch.pullRequest ? <Outside url={branch.pullRequest.url}>{`Pull request ${branch.pullRequest.number}`}</Outside> : null}
        <span>onto {branch.base}</span>
        <span>{branch.steps.length === 1 ? `step ${branch.steps[0]}` : `steps ${branch.steps.join(", ")}`}</span>
        <span className="font-mono">{branch.head.slice(0, 8)}</span>
        {branch.ciAttempts > 0 ? <span className={branch.ciAttempts >= most ? "text-warning" : ""}>{`failed checks: repair ${branch.ciAttempts} of ${most}`}</span> : null}
        {branch.lastPushBy === "person" ? <span className="text-warning">last pushed to by a person</span> : null}
      </p>
      {asking ? <ReviseForm branch={branch} onDone={() => setAsking(false)} /> : null}
    </li>
  );
}

function ReviseForm({ branch, onDone }: { branch: Branch; onDone: () => void }) {
  const { id } = useSessionContext();
  const [text, setText] = useState("");
  const send = useAct(revise, id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "" || send.isPending) return;
    send.mutate({ branch: branch.id, text: text.trim() }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-2">
      {send.isError ? <Notice>{messageOf(send.error)} What you wrote is still here.</Notice> : null}
      <TextArea
        label="What should be different?"
        value={text}
        hint={branch.lastPushBy === "person" ? "An agent then works on top of what a person pushed. Branches on top of this one are not moved." : "Branches on top of this one are not moved."}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" look="primary" size="small" disabled={text.trim() === ""} busy={send.isPending}>
          Ask for the change
        </Button>
      </div>
    </form>
  );
}
