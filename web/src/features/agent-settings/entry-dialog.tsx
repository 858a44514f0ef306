import { useId, type ReactNode } from "react";
import type { Scope } from "@/api/__generated__/agents.ts";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";

interface EntryDialogProps {
  title: string;
  error: Error | null;
  busy: boolean;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** The form of one entry. What was typed stays where the server refuses it. */
export function EntryDialog({ title, error, busy, onSave, onClose, children }: EntryDialogProps) {
  const id = useId();
  return (
    <Dialog
      title={title}
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} look="primary" busy={busy}>
            Save
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) onSave();
        }}
      >
        {error ? <Notice className="whitespace-pre-wrap">{messageOf(error)}</Notice> : null}
        {children}
      </form>
    </Dialog>
  );
}

/** Whose an entry is: only administrators may write those of everybody. */
export function ScopeField({ scope, administrator, onChange }: { scope: Scope; administrator: boolean; onChange: (scope: Scope) => void }) {
  if (!administrator) return null;
  const options = [
    ["MINE", "My sessions"],
    ["HUB", "Everybody's sessions"],
  ] as const;
  return <Select label="For" value={scope} options={options} onChange={(event) => onChange(event.target.value as Scope)} />;
}
