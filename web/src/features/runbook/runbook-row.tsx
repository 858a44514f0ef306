import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { RunbookSummary } from "@/api/schema.ts";
import { SessionDot } from "@/features/session/session-dot.tsx";
import { dotOf, isOpen, wordsOf } from "@/features/session/session-status.ts";
import { paths } from "@/paths.ts";
import { IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { useDeleteRunbook } from "./runbook-queries.ts";

export function RunbookRow({ runbook }: { runbook: RunbookSummary }) {
  const remove = useDeleteRunbook();
  const ask = async () => {
    const yes = await confirm({
      title: `Delete “${runbook.title}”?`,
      body: "The document, its revisions and its output are gone for good. This cannot be undone.",
      action: "Delete runbook",
    });
    if (!yes) return;
    remove.mutate(runbook.id, {
      onSuccess: () => toast(`Deleted “${runbook.title}”.`),
      onError: (error) => toast(messageOf(error), "failure"),
    });
  };
  return (
    <li className={`group relative flex items-center gap-3 transition-colors hover:bg-sunken ${remove.isPending ? "opacity-50" : ""}`}>
      <div className="min-w-0 flex-1 py-4 pl-5">
        <Link
          to={paths.runbook(runbook.id)}
          className="font-medium tracking-[-0.01em] text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {runbook.title || "Untitled runbook"}
        </Link>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-[0.8125rem] text-ink-faint">
          <span>
            Updated <TimeAgo at={runbook.updated_at} />
          </span>
          {isOpen(runbook.session) ? (
            <span className="inline-flex items-center gap-1.5 text-ink-soft">
              <SessionDot dot={dotOf(runbook.session)} />
              {wordsOf(runbook.session)}
            </span>
          ) : null}
        </p>
      </div>
      <IconButton
        icon="trash"
        label={`Delete ${runbook.title}`}
        onClick={() => void ask()}
        className="relative mr-3 hover:bg-failure-soft hover:text-failure"
      />
    </li>
  );
}
