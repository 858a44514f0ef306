import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { configure, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { SettingsFields } from "./settings-fields.tsx";
import { problemsOfSettings, settingsFormOf, settingsInputOf, type SettingsProblems } from "./settings-form.ts";

export function SettingsDialog({ session, onClose }: { session: AgentSession; onClose: () => void }) {
  const [form, setForm] = useState(() => settingsFormOf(session.settings));
  const [problems, setProblems] = useState<SettingsProblems>({});
  const save = useAct(configure, session.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOfSettings(form);
    setProblems(found);
    if (Object.keys(found).length === 0 && !save.isPending) save.mutate({ settings: settingsInputOf(form) }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title="Settings of the session"
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="session-settings" look="primary" busy={save.isPending}>
            Save settings
          </Button>
        </>
      }
    >
      <form id="session-settings" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {save.isError ? <Notice>{messageOf(save.error)}</Notice> : null}
        <SettingsFields
          form={form}
          problems={problems}
          defaultBranch={session.repository.defaultBranch}
          hasBranches={session.branches.length > 0}
          onChange={(changed) => {
            setForm({ ...form, ...changed });
            setProblems({});
          }}
        />
      </form>
    </Dialog>
  );
}
