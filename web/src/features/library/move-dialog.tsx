import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";
import { choices } from "./folder-tree.ts";
import { foldersQuery, useChangeFolder, useChangeShelf } from "./library-queries.ts";

/** What is moved, and where it lies now. */
export type Moved = { kind: "runbook" | "folder"; id: string; name: string; from: string | null };

const top = "top";

/** Asks for a folder to move something to. */
export function MoveDialog({ moved, onClose }: { moved: Moved; onClose: () => void }) {
  const folders = useQuery(foldersQuery);
  const [to, setTo] = useState(moved.from ?? top);
  const folder = useChangeFolder();
  const shelf = useChangeShelf();
  const failure = folder.error ?? shelf.error ?? folders.error;
  const places = choices(folders.data ?? [], moved.kind === "folder" ? moved.id : null);
  const move = () => {
    const into = to === top ? null : to;
    if (moved.kind === "folder") folder.mutate({ id: moved.id, parent: into }, { onSuccess: onClose });
    else shelf.mutate({ id: moved.id, folder: into }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title={`Move “${moved.name}”`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={folder.isPending || shelf.isPending} onClick={move}>
            Move here
          </Button>
        </>
      }
    >
      <div className="mt-4 space-y-4">
        {failure ? <Notice>{messageOf(failure)}</Notice> : null}
        <Select label="Folder" value={to} onChange={(event) => setTo(event.target.value)} options={places.map(({ id, path }) => [id ?? top, path])} />
        {places.length === 1 ? <p className="text-sm text-ink-faint">There is no folder to move it to. Make one first.</p> : null}
      </div>
    </Dialog>
  );
}
