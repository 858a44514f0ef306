import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { renameAgentSession, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";

export function RenameDialog({ session, onClose }: { session: AgentSession; onClose: () => void }) {
  const [title, setTitle] = useState(session.title);
  const rename = useAct(renameAgentSession, session.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() !== "" && !rename.isPending) rename.mutate({ title: title.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title="Rename the session"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="session-title" look="primary" disabled={title.trim() === ""} busy={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form id="session-title" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {rename.isError ? <Notice>{messageOf(rename.error)}</Notice> : null}
        <Field label="Title" value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      </form>
    </Dialog>
  );
}
