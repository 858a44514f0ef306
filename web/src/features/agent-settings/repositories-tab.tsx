import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { addRepository, removeRepository, revealWebhook, updateRepository, type ForgeKind, type Repository } from "@/api/__generated__/agents.ts";
import { ask } from "@/api/graphql.ts";
import { repositoriesQuery } from "@/features/agent-session/agent-queries.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Field } from "@/ui/field.tsx";
import { Select } from "@/ui/select.tsx";
import { secretNamesQuery, useChange } from "./agent-settings-queries.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { forgeOf, forges } from "./repository-form.ts";

/** Where agents work. */
export function RepositoriesTab() {
  const repositories = useQuery(repositoriesQuery);
  return (
    <EntryList
      noun="repository"
      intro={
        <>
          Where agents read, and push branches to. Tokens are{" "}
          <Link to={paths.account()} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
            secrets of your account
          </Link>
          ; no agent ever sees them.
        </>
      }
      query={repositories}
      empty="No repository yet. Set a token as a secret of your account, then add the repository here."
      form={RepositoryDialog}
    >
      {(repository, onEdit) => <RepositoryRow key={repository.id} repository={repository} onEdit={onEdit} />}
    </EntryList>
  );
}

function RepositoryRow({ repository, onEdit }: { repository: Repository; onEdit: () => void }) {
  const remove = useChange(removeRepository, "repositories");
  const webhook = useMutation({ mutationFn: async () => (await ask(revealWebhook, { repository: repository.id })).revealWebhook, onError: tellFailure });
  return (
    <EntryRow
      title={repository.name}
      busy={remove.isPending}
      loss="Sessions that work in it stay, and can push no more. Nothing changes at the code host."
      extra={
        repository.forge === "GIT" ? null : (
          <Button size="small" busy={webhook.isPending} aria-label={`Webhook of ${repository.name}`} onClick={() => webhook.mutate()}>
            Webhook
          </Button>
        )
      }
      onEdit={onEdit}
      onDelete={() => remove.mutate({ id: repository.id }, { onError: tellFailure })}
    >
      <span className="font-mono">{repository.address}</span>
      {repository.secret ? `, token in ${repository.secret}` : ", without a token"}
      {repository.defaultBranch ? `, ${repository.defaultBranch}` : ""}
      {webhook.data ? <WebhookFacts {...webhook.data} /> : null}
    </EntryRow>
  );
}

/** What is set at the code host, so that it tells what happens there. */
function WebhookFacts({ url, secret }: { url: string; secret: string }) {
  const facts = [
    ["Payload URL", url],
    ["Secret", secret],
  ] as const;
  return (
    <div className="mt-3 space-y-2">
      <p>
        Set this at the code host, as <code className="font-mono">application/json</code> with all events. Then reviews and checks are known at once, and <code className="font-mono">/runbook revise</code> in a comment orders a
        change.
      </p>
      <dl className="space-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="flex flex-wrap items-center gap-x-2">
            <dt className="font-medium text-ink-soft">{name}</dt>
            <dd className="flex min-w-0 items-center gap-1 font-mono break-all text-ink">
              {value}
              <CopyButton label={`Copy: ${name}`} text={() => value} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function RepositoryDialog({ entry: repository, onClose }: EntryFormProps<Repository>) {
  const [address, setAddress] = useState(repository?.address ?? "");
  const [forge, setForge] = useState<ForgeKind | null>(repository?.forge ?? null);
  const [api, setApi] = useState(repository?.api ?? "");
  const [secret, setSecret] = useState(repository?.secret ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const names = useQuery(secretNamesQuery).data ?? [];
  const add = useChange(addRepository, "repositories");
  const update = useChange(updateRepository, "repositories");
  const kind = forge ?? forgeOf(address);
  const save = () => {
    if (address.trim() === "") {
      setProblem("Name the repository, such as https://github.com/owner/name.");
      return;
    }
    const input = { address: address.trim(), forge: kind, api: api.trim() || null, secret: secret || null };
    if (repository) update.mutate({ id: repository.id, input }, { onSuccess: onClose });
    else add.mutate({ input }, { onSuccess: onClose });
  };
  const secrets = [...new Set([...names, ...(secret === "" ? [] : [secret])])];
  return (
    <EntryDialog title={repository ? "Edit the repository" : "New repository"} error={add.error ?? update.error} busy={add.isPending || update.isPending} onSave={save} onClose={onClose}>
      <Field
        label="Address"
        value={address}
        placeholder="https://github.com/owner/name"
        spellCheck={false}
        autoCapitalize="none"
        problem={problem}
        onChange={(event) => {
          setAddress(event.target.value);
          setProblem(null);
        }}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label="Code host" value={kind} options={forges} onChange={(event) => setForge(event.target.value as ForgeKind)} />
        <Select label="Secret with the token" value={secret} options={[["", "None"], ...secrets.map((name) => [name, name] as const)]} onChange={(event) => setSecret(event.target.value)} />
      </div>
      {kind === "GIT" ? null : (
        <Field label="Address of its API" size="small" value={api} placeholder="only where it is not the usual one" spellCheck={false} autoCapitalize="none" onChange={(event) => setApi(event.target.value)} />
      )}
    </EntryDialog>
  );
}
