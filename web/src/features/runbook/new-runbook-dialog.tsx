import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useCreateRunbook } from "./runbook-queries.ts";

export function NewRunbookDialog({ onClose }: { onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [missing, setMissing] = useState(false);
  const navigate = useNavigate();
  const create = useCreateRunbook((runbook) => void navigate(paths.runbook(runbook.id)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = title.trim();
    setMissing(name === "");
    if (name !== "" && !create.isPending) create.mutate({ title: name, content: starter(name) });
  };
  return (
    <Dialog
      title="New runbook"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-runbook" look="primary" busy={create.isPending}>
            Create runbook
          </Button>
        </>
      }
    >
      <form id="new-runbook" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {create.isError ? <Notice>{messageOf(create.error)}</Notice> : null}
        <Field
          label="Title"
          value={title}
          maxLength={200}
          placeholder="Rotate the database password"
          problem={missing ? "Give it a title, so that you find it again." : null}
          onChange={(event) => setTitle(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

function starter(title: string): string {
  return `# ${title}

What this runbook is for, and when to reach for it.

\`\`\`runnable bash name=hello
echo "Hello from $(uname -s)"
\`\`\`
`;
}
