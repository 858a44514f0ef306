import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { wrongName } from "./file-names.ts";

interface NameDialogProps {
  title: string;
  action: string;
  name: string;
  /** Does what the name is for; what it throws is shown. */
  onName: (name: string) => Promise<void>;
  onClose: () => void;
}

/** Asks for the name of a file or folder. */
export function NameDialog({ title, action, name: before, onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(before);
  const [problem, setProblem] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = wrongName(name.trim());
    setProblem(wrong);
    if (wrong !== null || busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await onName(name.trim());
      onClose();
    } catch (error) {
      setRefused(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="file-name" look="primary" busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id="file-name" noValidate onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        {refused ? <Notice>{refused}</Notice> : null}
        <Field label="Name" value={name} maxLength={255} autoComplete="off" problem={problem} onChange={(event) => setName(event.target.value)} />
      </form>
    </Dialog>
  );
}
