import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { problemsOfSecret, type SecretForm, type SecretProblems } from "./secret-form-state.ts";
import { useSetSecret } from "./secret-queries.ts";

/** Sets a secret: a new one, or another value for one that is there. */
export function SecretDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [form, setForm] = useState<SecretForm>({ name, value: "" });
  const [problems, setProblems] = useState<SecretProblems>({});
  const save = useSetSecret();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problemsOfSecret(form);
    setProblems(found);
    if (Object.keys(found).length === 0 && !save.isPending) save.mutate(form, { onSuccess: onClose });
  };
  const change = (changed: Partial<SecretForm>) => {
    setForm({ ...form, ...changed });
    setProblems({});
  };
  return (
    <Dialog
      title={name === "" ? "New secret" : `Replace ${name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="secret" look="primary" busy={save.isPending}>
            Save secret
          </Button>
        </>
      }
    >
      <form id="secret" noValidate onSubmit={submit} className="mt-4 space-y-4">
        {save.isError ? <Notice>{messageOf(save.error)}</Notice> : null}
        {name === "" ? (
          <Field
            label="Name"
            value={form.name}
            placeholder="API_TOKEN"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            problem={problems.name ?? null}
            onChange={(event) => change({ name: event.target.value })}
          />
        ) : null}
        <Field
          label="Value"
          type="password"
          value={form.value}
          autoComplete="new-password"
          hint="It is sealed, and cannot be read back."
          problem={problems.value ?? null}
          onChange={(event) => change({ value: event.target.value })}
        />
      </form>
    </Dialog>
  );
}
