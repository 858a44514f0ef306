import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Learning } from "@/api/__generated__/agents.ts";
import { repositoriesQuery } from "@/features/agent-session/agent-queries.ts";
import { withNothingUnseen } from "@/features/agent-session/plain-output.ts";
import { iso } from "@/features/agent-session/session-words.ts";
import { paths } from "@/paths.ts";
import { TimeAgo } from "@/ui/time.tsx";

/** Where a learning holds, and where it comes from. */
export function LearningSource({ learning: { files, repository, session, at, uses, state } }: { learning: Learning }) {
  const repositories = useQuery(repositoriesQuery).data ?? [];
  const name = repositories.find((it) => it.id === repository)?.name ?? "a repository";
  return (
    <p className="mt-0.5 flex flex-wrap gap-x-3">
      {files.length > 0 ? <span className="font-mono break-all">{withNothingUnseen(files.join(", "))}</span> : null}
      {repository === null ? null : <span>in {name}</span>}
      {state === "KEPT" ? <span>told {uses === 1 ? "once" : `${uses} times`}</span> : null}
      <TimeAgo at={iso(at)} />
      {session ? (
        <Link to={paths.agentSession(session)} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          Its session
        </Link>
      ) : null}
    </p>
  );
}
