import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { localApi } from "@/api/local.ts";
import type { LocalComponent, LocalSignIn, SignInMethod } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { useGiven } from "./local-context.ts";
import { localRunbookQuery } from "./local-queries.ts";

const providers: Record<LocalSignIn["provider"], string> = { aws: "AWS", google: "Google Cloud", github: "GitHub", gitlab: "GitLab" };

/** Signs in for the scripts that name the component. What is typed goes to the server once and is not kept here. */
export function SignInCard({ component, signIn }: { component: LocalComponent; signIn: LocalSignIn }) {
  const { given } = useGiven(component);
  const queries = useQueryClient();
  const { id } = component;
  const refresh = () => queries.invalidateQueries({ queryKey: localRunbookQuery.queryKey });
  const enter = useMutation({ mutationFn: (method: SignInMethod) => localApi.signIn({ componentId: id, ...method }), gcTime: 0, onSuccess: refresh });
  const leave = useMutation({ mutationFn: () => localApi.signOut(id), onSuccess: refresh });
  const isBusy = enter.isPending || leave.isPending;
  const error = enter.error ?? leave.error;
  const look = signIn.account === null ? plainLook("key") : { label: "signed in", icon: "check" as const, text: "text-success", frame: "border-success" };
  return (
    <BlockCard component={component} title={`Sign in to ${providers[signIn.provider]}`} given={given} look={look} isBusy={isBusy}>
      {signIn.account === null ? (
        <Ways signIn={signIn} isBusy={isBusy} onEnter={(method) => enter.mutate(method)} />
      ) : (
        <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-2.5 text-sm">
          <p role="status" className="min-w-0 flex-1 break-words text-ink">
            Signed in with <span className="font-medium">{signIn.account}</span>, for blocks that name {id} and no others.
          </p>
          <Button size="small" icon="signOut" busy={isBusy} aria-label={`Sign out of ${id}`} onClick={() => leave.mutate()}>
            Sign out
          </Button>
        </div>
      )}
      {error ? (
        <p role="alert" className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] break-words text-failure">
          {error.message}
        </p>
      ) : null}
    </BlockCard>
  );
}

interface WayProps {
  isBusy: boolean;
  onEnter: (method: SignInMethod) => void;
}

/** What this machine has, and what can be typed. */
function Ways({ signIn: { provider, environment, profiles }, ...way }: WayProps & { signIn: LocalSignIn }) {
  const usable = profiles.filter((it) => it.hasKeys).map((it) => it.name);
  return (
    <div className="space-y-4 border-t border-line px-4 py-4">
      {environment ? (
        <Button size="small" icon="key" busy={way.isBusy} onClick={() => way.onEnter({ method: "environment" })}>
          Use the credentials of the environment
        </Button>
      ) : null}
      {usable.length > 0 ? <ProfileForm profiles={usable} {...way} /> : null}
      {provider === "aws" ? <KeysForm {...way} /> : <TokenForm {...way} />}
    </div>
  );
}

function ProfileForm({ profiles, isBusy, onEnter }: WayProps & { profiles: readonly string[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const name = chosen ?? profiles[0] ?? "";
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select label="Profile" className="min-w-40 flex-1" value={name} options={profiles.map((it) => [it, it] as const)} onChange={(event) => setChosen(event.target.value)} />
      <Button busy={isBusy} onClick={() => onEnter({ method: "profile", name })}>
        Use this profile
      </Button>
    </div>
  );
}

const plain = { autoComplete: "off", spellCheck: false, size: "small" } as const;
const hidden = { ...plain, type: "password" } as const;

/** Reads what was typed, and empties the form. */
function typedIn(event: FormEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault();
  const fields = new FormData(event.currentTarget);
  event.currentTarget.reset();
  return (name) => {
    const value = fields.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
}

function KeysForm({ isBusy, onEnter }: WayProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    const typed = typedIn(event);
    onEnter({ method: "keys", id: typed("id"), secret: typed("secret"), token: typed("token") || null, region: typed("region") || null });
  };
  return (
    <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
      <Field name="id" label="Access key id" {...plain} required />
      <Field name="secret" label="Secret access key" {...hidden} required />
      <Field name="token" label="Session token (optional)" {...hidden} />
      <Field name="region" label="Region (optional)" {...plain} />
      <div>
        <Button type="submit" busy={isBusy}>
          Sign in
        </Button>
      </div>
    </form>
  );
}

function TokenForm({ isBusy, onEnter }: WayProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => onEnter({ method: "token", token: typedIn(event)("token") });
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field name="token" label="Token" className="min-w-40 flex-1" {...hidden} required />
      <Button type="submit" busy={isBusy}>
        Sign in
      </Button>
    </form>
  );
}
