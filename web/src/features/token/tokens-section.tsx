import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Token } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard, ListEmpty, ListFailure, ListSkeleton } from "@/ui/list-card.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { NewTokenDialog } from "./new-token-dialog.tsx";
import { tokensQuery, useRevokeToken } from "./token-queries.ts";

/** What one's programs show to speak for one. */
export function TokensSection() {
  const tokens = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  return (
    <section aria-labelledby="tokens">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id="tokens" className="text-xl font-semibold tracking-[-0.02em]">
            Tokens
          </h2>
          <p className="mt-1 text-sm text-ink-faint">
            A program shows one to run code or call functions as you.{" "}
            <a href={paths.apiDocs()} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
              All of the API
            </a>
          </p>
        </div>
        <Button icon="plus" onClick={() => setCreating(true)}>
          New token
        </Button>
      </div>
      {tokens.isPending ? <ListSkeleton label="Loading your tokens" /> : null}
      {tokens.isError ? <ListFailure error={tokens.error} busy={tokens.isFetching} onRetry={() => void tokens.refetch()} /> : null}
      {tokens.data?.length === 0 ? <ListEmpty>No tokens yet. Make one for each program, with no more than it needs.</ListEmpty> : null}
      {tokens.data && tokens.data.length > 0 ? (
        <ListCard>
          {tokens.data.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ListCard>
      ) : null}
      {creating ? <NewTokenDialog onClose={() => setCreating(false)} /> : null}
    </section>
  );
}

function TokenRow({ token }: { token: Token }) {
  const revoke = useRevokeToken();
  const ask = async () => {
    const yes = await confirm({
      title: `Revoke “${token.name}”?`,
      body: "Programs that show it are refused from now on, and so are tokens that it made.",
      action: "Revoke token",
    });
    if (yes) revoke.mutate(token.id, { onSuccess: () => toast(`Revoked “${token.name}”.`), onError: (error) => toast(messageOf(error), "failure") });
  };
  return (
    <li className={`flex items-start gap-3 py-3.5 pr-3 pl-5 ${revoke.isPending ? "opacity-50" : ""}`}>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1">
          <span className="font-medium break-words text-ink">{token.name}</span>
          <code className="font-mono text-xs text-ink-faint">{token.prefix}…</code>
          {token.status === "active" ? null : (
            <span className="rounded-full bg-warning-soft px-2 py-0.5 text-xs font-medium text-warning">{token.status}</span>
          )}
        </p>
        <p className="mt-1.5 flex flex-wrap gap-1.5">
          {token.scopes.map((scope) => (
            <code key={scope} className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-xs text-ink-soft">
              {scope}
            </code>
          ))}
        </p>
        <p className="mt-1.5 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
          <span>{token.last_used_at ? <>last used <TimeAgo at={token.last_used_at} /></> : "never used"}</span>
          <span>{token.expires_at ? `${token.status === "expired" ? "expired" : "expires"} ${day.format(Date.parse(token.expires_at))}` : "never expires"}</span>
        </p>
      </div>
      <Button size="small" aria-label={`Revoke ${token.name}`} onClick={() => void ask()}>
        Revoke
      </Button>
    </li>
  );
}

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
