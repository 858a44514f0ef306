import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { localApi } from "@/api/local.ts";
import type { SignInChoice, SignInFlow } from "@/api/sign-in-schema.ts";
import { Button, buttonClass } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Select } from "@/ui/select.tsx";
import { useNow } from "@/ui/time.tsx";
import { localRunbookQuery } from "./local-queries.ts";

type Going = Exclude<SignInFlow, { state: "failed" }>;

interface FlowProps {
  id: string;
  provider: string;
  flow: Going;
}

/** What the reader does on the provider's page, and what they choose of what it gives them. */
export function SignInFlowPanel({ id, provider, flow }: FlowProps) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: localRunbookQuery.queryKey });
  const cancel = useMutation({ mutationFn: () => localApi.cancelSignIn(id), onSettled: refresh });
  const choose = useMutation({ mutationFn: (choice: SignInChoice) => localApi.chooseInSignIn(id, choice), onSettled: refresh });
  return (
    <div className="space-y-3 border-t border-line px-4 py-4 text-sm">
      {flow.state === "starting" ? <p role="status">Asking {provider} …</p> : null}
      {flow.state === "waiting" ? <Waiting provider={provider} flow={flow} /> : null}
      {flow.state === "choosing" ? <Choosing key={flow.account} flow={flow} isBusy={choose.isPending} onChoose={(it) => choose.mutate(it)} /> : null}
      <Button size="small" busy={cancel.isPending} aria-label={`Cancel signing in to ${id}`} onClick={() => cancel.mutate()}>
        Cancel
      </Button>
    </div>
  );
}

function Waiting({ provider, flow: { userCode, link, expiresAt } }: { provider: string; flow: Extract<Going, { state: "waiting" }> }) {
  return (
    <>
      <p role="status" className="text-ink">
        {userCode === null ? `Sign in on the page of ${provider}; this one notices when you have.` : `Enter this code on the page of ${provider}; this one notices when you have.`}
      </p>
      <div className="flex flex-wrap items-center gap-3">
        {userCode === null ? null : (
          <span className="inline-flex items-center gap-1.5 rounded-lg border border-line bg-sunken py-1 pr-1 pl-3">
            <code className="font-mono text-lg tracking-widest text-ink">{userCode}</code>
            <CopyButton label="Copy the code" text={() => userCode} />
          </span>
        )}
        <a href={link} target="_blank" rel="noreferrer noopener" className={buttonClass("primary")}>
          <Icon name="link" />
          Open {hostOf(link)}
        </a>
        <TimeLeft until={expiresAt} />
      </div>
    </>
  );
}

function hostOf(link: string): string {
  return URL.canParse(link) ? new URL(link).host : link;
}

function TimeLeft({ until }: { until: string }) {
  const seconds = Math.max(0, Math.round((Date.parse(until) - useNow(1_000)) / 1_000));
  return (
    <span role="timer" className="text-ink-faint tabular-nums">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")} left
    </span>
  );
}

interface ChoosingProps {
  flow: Extract<Going, { state: "choosing" }>;
  isBusy: boolean;
  onChoose: (choice: SignInChoice) => void;
}

/** An account first, and then a role in it. */
function Choosing({ flow: { accounts, account, roles }, isBusy, onChoose }: ChoosingProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const isRole = account !== null;
  const options = isRole ? roles.map((it) => [it, it] as const) : accounts.map((it) => [it.id, it.name === "" ? it.id : `${it.name} (${it.id})`] as const);
  const value = chosen ?? options[0]?.[0] ?? "";
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select label={isRole ? `Role in ${account}` : "Account"} className="min-w-40 flex-1" value={value} options={options} onChange={(event) => setChosen(event.target.value)} />
      <Button look="primary" busy={isBusy} onClick={() => onChoose(isRole ? { role: value } : { account: value })}>
        Choose
      </Button>
    </div>
  );
}
