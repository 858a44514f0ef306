import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { RunbookItem } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { Chips } from "@/ui/chips.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useChangeShelf } from "./library-queries.ts";

/** The reader's own tags of a runbook; those of the document are changed in its text. */
export function TagsDialog({ runbook, onClose }: { runbook: RunbookItem; onClose: () => void }) {
  const [tags, setTags] = useState(() => runbook.tags.filter((tag) => !tag.from_document).map((tag) => tag.name));
  const change = useChangeShelf();
  const ofDocument = runbook.tags.filter((tag) => tag.from_document).map((tag) => tag.name);
  return (
    <Dialog
      title={`Tags of “${runbook.title}”`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={change.isPending} onClick={() => change.mutate({ id: runbook.id, tags }, { onSuccess: onClose })}>
            Save tags
          </Button>
        </>
      }
    >
      <div className="mt-4 space-y-4">
        {change.error ? <Notice>{messageOf(change.error)}</Notice> : null}
        <Chips
          label="Your tags"
          values={tags}
          onChange={setTags}
          placeholder="oncall"
          hint={ofDocument.length > 0 ? `The document itself says ${ofDocument.join(", ")}.` : "Enter adds a tag. A document brings its own with “tags:” at its top."}
        />
      </div>
    </Dialog>
  );
}
