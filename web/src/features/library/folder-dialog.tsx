import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Folder } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useChangeFolder, useCreateFolder } from "./library-queries.ts";

interface FolderDialogProps {
  /** The one to rename; null makes a new one. */
  folder: Folder | null;
  /** Where a new one is made. */
  parent: string | null;
  onClose: () => void;
}

/** Makes a folder or gives one another name. */
export function FolderDialog({ folder, parent, onClose }: FolderDialogProps) {
  const [name, setName] = useState(folder?.name ?? "");
  const [missing, setMissing] = useState(false);
  const create = useCreateFolder();
  const change = useChangeFolder();
  const failure = create.error ?? change.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim();
    setMissing(called === "");
    if (called === "" || create.isPending || change.isPending) return;
    if (folder) change.mutate({ id: folder.id, name: called }, { onSuccess: onClose });
    else create.mutate({ name: called, parent }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title={folder ? `Rename “${folder.name}”` : "New folder"}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="folder" look="primary" busy={create.isPending || change.isPending}>
            {folder ? "Rename folder" : "Create folder"}
          </Button>
        </>
      }
    >
      <form id="folder" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {failure ? <Notice>{messageOf(failure)}</Notice> : null}
        <Field
          label="Name"
          value={name}
          maxLength={100}
          placeholder="Databases"
          problem={missing ? "Give it a name, so that you find it again." : null}
          onChange={(event) => setName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
