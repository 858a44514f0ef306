import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Secret } from "@/api/schema.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard, ListEmpty, ListFailure, ListSkeleton } from "@/ui/list-card.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { SecretDialog } from "./secret-dialog.tsx";
import { secretsQuery, useDeleteSecret } from "./secret-queries.ts";

/** The names of one's secrets. Their values go in and never come out. */
export function SecretsSection() {
  const secrets = useQuery(secretsQuery);
  const [setting, setSetting] = useState<string | null>(null);
  return (
    <section aria-labelledby="secrets">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id="secrets" className="text-xl font-semibold tracking-[-0.02em]">
            Secrets
          </h2>
          <p className="mt-1 text-sm text-ink-faint">Functions that list one find it in their environment. What they print of it is hidden.</p>
        </div>
        <Button icon="plus" onClick={() => setSetting("")}>
          New secret
        </Button>
      </div>
      {secrets.isPending ? <ListSkeleton label="Loading your secrets" /> : null}
      {secrets.isError ? <ListFailure error={secrets.error} busy={secrets.isFetching} onRetry={() => void secrets.refetch()} /> : null}
      {secrets.data?.length === 0 ? <ListEmpty>No secrets yet. A password or a key that a function needs belongs here, not in its code.</ListEmpty> : null}
      {secrets.data && secrets.data.length > 0 ? (
        <ListCard>
          {secrets.data.map((secret) => (
            <SecretRow key={secret.name} secret={secret} onReplace={() => setSetting(secret.name)} />
          ))}
        </ListCard>
      ) : null}
      {setting === null ? null : <SecretDialog name={setting} onClose={() => setSetting(null)} />}
    </section>
  );
}

function SecretRow({ secret, onReplace }: { secret: Secret; onReplace: () => void }) {
  const remove = useDeleteSecret();
  const ask = async () => {
    const yes = await confirm({
      title: `Remove ${secret.name}?`,
      body: "Functions that list it cannot be called until it is set again. Nobody can read its value back.",
      action: "Remove secret",
    });
    if (yes) remove.mutate(secret.name, { onError: (error) => toast(messageOf(error), "failure") });
  };
  return (
    <li className={`flex flex-wrap items-center gap-x-3 gap-y-1 py-3 pr-3 pl-5 ${remove.isPending ? "opacity-50" : ""}`}>
      <code className="min-w-0 font-mono text-sm font-medium break-all text-ink">{secret.name}</code>
      <span className="text-[0.8125rem] text-ink-faint">
        set <TimeAgo at={secret.updated_at} />
      </span>
      <span className="ml-auto flex items-center gap-1">
        <Button size="small" aria-label={`Replace ${secret.name}`} onClick={onReplace}>
          Replace
        </Button>
        <IconButton icon="trash" label={`Remove ${secret.name}`} onClick={() => void ask()} className="hover:bg-failure-soft hover:text-failure" />
      </span>
    </li>
  );
}
