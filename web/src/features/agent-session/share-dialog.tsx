import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import { share, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { peopleQuery, useAct } from "./agent-queries.ts";

/** Who may do in a session what its owner may. */
export function ShareDialog({ session, onClose }: { session: AgentSession; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const found = useQuery(peopleQuery(typed.trim()));
  const give = useAct(share, session.id);
  const known = new Set(session.people.map((it) => it.id));
  const others = (typed.trim() === "" ? [] : (found.data ?? [])).filter((it) => !known.has(it.id));
  return (
    <Dialog title="Share the session" onClose={onClose} footer={<Button onClick={onClose}>Done</Button>}>
      <p>Those whom it is shared with may do all that its owner may: approve, run and answer.</p>
      <ul aria-label="People of the session" className="mt-4 divide-y divide-line rounded-lg border border-line">
        {session.people.map((person) => (
          <li key={person.id} className="flex items-center justify-between gap-3 px-3.5 py-2 text-sm text-ink">
            {person.name}
            {person.id === session.owner.id ? <span className="text-xs text-ink-faint">owner</span> : null}
          </li>
        ))}
      </ul>
      <div className="mt-4 space-y-3">
        {give.isError ? <Notice>{messageOf(give.error)}</Notice> : null}
        {found.isError ? <Notice>{messageOf(found.error)}</Notice> : null}
        <Field label="Share with" value={typed} placeholder="The beginning of a name" autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        <ul aria-label="People found" className="space-y-1">
          {others.map((person) => (
            <li key={person.id} className="flex items-center justify-between gap-3 text-sm text-ink">
              {person.name}
              <Button size="small" busy={give.isPending} aria-label={`Share with ${person.name}`} onClick={() => give.mutate({ with: person.id }, { onSuccess: () => setTyped("") })}>
                Share
              </Button>
            </li>
          ))}
        </ul>
        {typed.trim() !== "" && found.isSuccess && !found.isPlaceholderData && others.length === 0 ? <p className="text-sm text-ink-faint">Nobody else has a name that begins so.</p> : null}
        <p className="flex items-center gap-1 text-[0.8125rem] text-ink-faint">
          Send them the address of this page
          <CopyButton label="Copy the address" text={() => location.href} />
        </p>
      </div>
    </Dialog>
  );
}
