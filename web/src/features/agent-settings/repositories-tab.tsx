import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { removeRepository, revealWebhook, type Repository } from "@/api/__generated__/agents.ts";
import { ask } from "@/api/graphql.ts";
import { repositoriesQuery } from "@/features/agent-session/agent-queries.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { useChange } from "./agent-settings-queries.ts";
import { CopyableFacts } from "./copyable-facts.tsx";
import { EntryList } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { ForgeAppCard } from "./forge-app-card.tsx";
import { RepositoryDialog } from "./repository-dialog.tsx";
import { useMayEdit } from "./use-may-edit.ts";

/** Where agents work. */
export function RepositoriesTab() {
  const repositories = useQuery(repositoriesQuery);
  const { administrator } = useMayEdit();
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
      tools={administrator ? <ForgeAppCard /> : null}
      form={RepositoryDialog}
    >
      {(repository, onEdit) => <RepositoryRow key={repository.id} repository={repository} onEdit={onEdit} />}
    </EntryList>
  );
}

function RepositoryRow({ repository, onEdit }: { repository: Repository; onEdit: () => void }) {
  const { mayEdit } = useMayEdit();
  const remove = useChange(removeRepository, "repositories");
  const webhook = useMutation({ mutationFn: async () => (await ask(revealWebhook, { repository: repository.id })).revealWebhook, onError: tellFailure });
  const isMine = mayEdit(repository);
  // What happens in repositories of the App is told to the App's own address.
  const hasWebhook = isMine && repository.forge !== "GIT" && !repository.app;
  return (
    <EntryRow
      title={repository.name}
      scope={repository.scope}
      busy={remove.isPending}
      loss="Sessions that work in it stay, and can push no more. Nothing changes at the code host."
      extra={
        hasWebhook ? (
          <Button size="small" busy={webhook.isPending} aria-label={`Webhook of ${repository.name}`} onClick={() => webhook.mutate()}>
            Webhook
          </Button>
        ) : null
      }
      onEdit={isMine ? onEdit : null}
      onDelete={isMine ? () => remove.mutate({ id: repository.id }, { onError: tellFailure }) : null}
    >
      <span className="font-mono">{repository.address}</span>, {openedBy(repository)}
      {repository.defaultBranch ? `, ${repository.defaultBranch}` : ""}
      {webhook.data ? <WebhookFacts {...webhook.data} /> : null}
    </EntryRow>
  );
}

function openedBy({ app, secret }: Repository): string {
  if (app) return "opened by the GitHub App";
  return secret ? `token in ${secret}` : "without a token";
}

/** What is set at the code host, so that it tells what happens there. */
function WebhookFacts({ url, secret }: { url: string; secret: string }) {
  return (
    <div className="mt-3 space-y-2">
      <p>
        Set this at the code host, as <code className="font-mono">application/json</code> with all events. Then reviews and checks are known at once, and <code className="font-mono">/runbook revise</code> in a comment orders a
        change.
      </p>
      <CopyableFacts
        facts={[
          ["Payload URL", url],
          ["Secret", secret],
        ]}
      />
    </div>
  );
}
