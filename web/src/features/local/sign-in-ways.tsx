import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { AwsProfile, LocalSignIn, SignInMethod } from "@/api/sign-in-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import type { IconName } from "@/ui/icon.tsx";
import { Select } from "@/ui/select.tsx";
import { useLocal } from "./local-context.ts";
import { programQuery } from "./local-queries.ts";

interface WayProps {
  isBusy: boolean;
  onEnter: (method: SignInMethod) => void;
}

interface WaysProps extends WayProps {
  id: string;
  signIn: LocalSignIn;
  /** Begins on a page of the provider's, for a profile of AWS where that names it. */
  onBegin: (profile: string | null) => void;
}

/** What this machine has, what the provider asks on its page, and what can be typed. */
export function SignInWays({ id, signIn, onBegin, ...way }: WaysProps) {
  const usable = signIn.profiles.filter((it) => it.kind !== "other");
  return (
    <div className="space-y-4 border-t border-line px-4 py-4">
      <Found id={id} signIn={signIn} {...way} />
      {signIn.hasFlow ? (
        <Button look="primary" icon="link" busy={way.isBusy} onClick={() => onBegin(null)}>
          Sign in on a page of the provider
        </Button>
      ) : null}
      {usable.length > 0 ? <ProfileForm profiles={usable} onBegin={onBegin} {...way} /> : null}
      {signIn.provider === "aws" ? <KeysForm {...way} /> : <TokenForm {...way} />}
    </div>
  );
}

/** What is there already. It is used once the reader says so. */
function Found({ id, signIn: { environment, defaultCredentials, blocks, asksProgram }, isBusy, onEnter }: Omit<WaysProps, "onBegin">) {
  const { runbook } = useLocal();
  const { data, isFetching } = useQuery({ ...programQuery(id), enabled: asksProgram && runbook.trusted });
  const program = data?.found ?? null;
  const use = (method: SignInMethod, icon: IconName, words: string) => (
    <Button key={words} size="small" icon={icon} busy={isBusy} className="max-w-full" onClick={() => onEnter(method)}>
      <span className="truncate">{words}</span>
    </Button>
  );
  const found = [
    environment ? use({ method: "environment" }, "key", "Use the credentials of the environment") : null,
    program === null ? null : use({ method: "command_line" }, "terminal", `Use ${program.program}${program.account === null ? "" : `, account ${program.account}`}`),
    defaultCredentials === null ? null : use({ method: "default_credentials" }, "file", `Use the default credentials of ${defaultCredentials}`),
    ...blocks.map((it) => use({ method: "block", id: it }, "code", `Use what ${it} gave`)),
  ].filter((it) => it !== null);
  if (found.length === 0 && !isFetching) return null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <span className="text-sm text-ink-soft">Found:</span>
      {found}
      {isFetching ? <span role="status" className="text-sm text-ink-faint">looking …</span> : null}
    </div>
  );
}

const uses: Record<AwsProfile["kind"], string> = { keys: "Use this profile", sso: "Sign in with this profile", process: "Run it and use its keys", other: "" };

function ProfileForm({ profiles, isBusy, onEnter, onBegin }: WayProps & Pick<WaysProps, "onBegin"> & { profiles: readonly AwsProfile[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const profile = profiles.find((it) => it.name === chosen) ?? profiles[0];
  if (profile === undefined) return null;
  const { name, kind, program } = profile;
  const enter = () => (kind === "sso" ? onBegin(name) : onEnter({ method: kind === "process" ? "process" : "profile", name }));
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select label="Profile" className="min-w-40 flex-1" value={name} options={profiles.map((it) => [it.name, it.name] as const)} onChange={(event) => setChosen(event.target.value)} />
      <Button busy={isBusy} onClick={enter}>
        {uses[kind]}
      </Button>
      {kind === "process" ? (
        <p className="basis-full text-[0.8125rem] break-words text-ink-soft">
          Its keys are kept by <code className="font-mono">{program}</code>, which is run on this machine.
        </p>
      ) : null}
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
