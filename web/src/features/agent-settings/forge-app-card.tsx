import { useQuery } from "@tanstack/react-query";
import type { ForgeApp } from "@/api/__generated__/agents.ts";
import { ListFailure } from "@/ui/list-card.tsx";
import { forgeAppQuery } from "./agent-settings-queries.ts";
import { CopyableFacts } from "./copyable-facts.tsx";

/** For administrators: the App that opens repositories of everybody. Hubs without one show nothing. */
export function ForgeAppCard() {
  const app = useQuery(forgeAppQuery);
  if (app.isLoadingError) {
    return (
      <div className="mb-6">
        <ListFailure error={app.error} busy={app.isFetching} onRetry={() => void app.refetch()} />
      </div>
    );
  }
  return app.data ? <Facts app={app.data} /> : null;
}

function Facts({ app: { id, webhookUrl, repositories } }: { app: ForgeApp }) {
  const kept = repositories.filter((it) => it.kept).length;
  return (
    <section aria-labelledby="forge-app" className="mb-6 rounded-xl border border-line bg-surface p-4 text-[0.8125rem] text-ink-faint shadow-card">
      <h2 id="forge-app" className="text-sm font-medium text-ink">
        GitHub App {id}
      </h2>
      <p className="mt-0.5 text-pretty">
        It is installed for {repositories.length} {repositories.length === 1 ? "repository" : "repositories"}, of which {kept} {kept === 1 ? "is" : "are"} kept here, and opens them for everybody. Set this address in the
        App, as <code className="font-mono">application/json</code>, with the secret that the hub was started with.
      </p>
      <div className="mt-2">
        <CopyableFacts facts={[["Webhook URL", webhookUrl]]} />
      </div>
    </section>
  );
}
