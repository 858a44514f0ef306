import { useRef, useState, type FormEvent } from "react";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import {
  problemsOfSignIn,
  problemsOfSignUp,
  type AccountForm as Form,
  type AccountProblems,
} from "./account-form-state.ts";
import type { AccountMode } from "./account-page.tsx";
import { useEnter } from "./account-queries.ts";

const empty: Form = { email: "", username: "", password: "" };

export function AccountForm({ mode, onDone }: { mode: AccountMode; onDone: () => void }) {
  const [form, setForm] = useState(empty);
  const [problems, setProblems] = useState<AccountProblems>({});
  const element = useRef<HTMLFormElement>(null);
  const signIn = mode === "sign-in";
  const check = signIn ? problemsOfSignIn : problemsOfSignUp;
  const enter = useEnter<Form>(
    ({ email, username, password }) =>
      signIn
        ? api.signIn({ email: email.trim(), password })
        : api.signUp({ email: email.trim(), username: username.trim(), password }),
    onDone,
  );

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = check(form);
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) element.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
    else if (!enter.isPending) enter.mutate(form);
  };
  const field = (name: keyof Form) => ({
    name,
    value: form[name],
    problem: problems[name] ?? null,
    onChange: (event: { target: { value: string } }) => {
      setForm({ ...form, [name]: event.target.value });
      // A problem goes as soon as it is being mended, and comes back only on the next attempt.
      if (problems[name]) setProblems({ ...problems, [name]: undefined });
    },
    onBlur: () => {
      const found = check(form)[name];
      if (form[name] !== "" && found) setProblems({ ...problems, [name]: found });
    },
  });

  return (
    <form ref={element} noValidate onSubmit={submit} className="space-y-5">
      {enter.isError ? <Notice>{messageOf(enter.error)}</Notice> : null}
      <Field
        {...field("email")}
        label={signIn ? "Email or username" : "Email"}
        type={signIn ? "text" : "email"}
        autoComplete={signIn ? "username" : "email"}
        autoCapitalize="none"
        spellCheck={false}
      />
      {signIn ? null : (
        <Field {...field("username")} label="Username" autoComplete="username" autoCapitalize="none" spellCheck={false} />
      )}
      <Field
        {...field("password")}
        label="Password"
        type="password"
        autoComplete={signIn ? "current-password" : "new-password"}
        {...(signIn ? {} : { hint: "At least 8 characters." })}
      />
      <Button type="submit" look="primary" size="large" className="w-full" busy={enter.isPending}>
        {signIn ? "Sign in" : "Create account"}
      </Button>
    </form>
  );
}
