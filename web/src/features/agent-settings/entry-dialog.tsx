import { useId, useRef, type ReactNode } from "react";
import type { Scope } from "@/api/__generated__/agents.ts";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
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
  const isTouched = useRef(false);
  const close = async () => {
    if (!isTouched.current || (await confirm({ title: "Leave without saving?", body: "What you changed is lost.", action: "Leave" }))) onClose();
  };
  return (
    <Dialog
      title={title}
      size="large"
      onClose={() => void close()}
      footer={
        <>
          <Button onClick={() => void close()}>Cancel</Button>
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
        onChange={() => {
          isTouched.current = true;
        }}
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
