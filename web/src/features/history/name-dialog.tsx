import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Revision } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useNameRevision } from "./history-queries.ts";

interface NameDialogProps {
  runbook: string;
  revision: Revision;
  onClose: () => void;
}

/** Calls a version by a name, by which it is kept apart from those around it. */
export function NameDialog({ runbook, revision, onClose }: NameDialogProps) {
  const [name, setName] = useState(revision.name ?? "");
  const change = useNameRevision(runbook);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate({ revision: revision.number, name: name.trim() || null }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title={`Name version ${revision.number}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="version-name" look="primary" busy={change.isPending}>
            Save name
          </Button>
        </>
      }
    >
      <form id="version-name" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {change.isError ? <Notice>{messageOf(change.error)}</Notice> : null}
        <Field
          label="Name"
          value={name}
          maxLength={200}
          placeholder="Before the migration"
          hint="Left empty, it has none."
          onChange={(event) => setName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
