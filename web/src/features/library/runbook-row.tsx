import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { LastExecution, RunbookItem } from "@/api/schema.ts";
import { OutcomeBadge } from "@/features/execution/outcome-badge.tsx";
import { verdictOf } from "@/features/execution/outcome.ts";
import { useDeleteRunbook } from "@/features/runbook/runbook-queries.ts";
import { SessionDot } from "@/features/session/session-dot.tsx";
import { dotOf, isOpen, wordsOf } from "@/features/session/session-status.ts";
import { paths } from "@/paths.ts";
import { IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { useChangeShelf } from "./library-queries.ts";
import { searchOf } from "./library-view.ts";
import { Menu, MenuButton, MenuLink } from "./menu.tsx";

interface RunbookRowProps {
  runbook: RunbookItem;
  onMove: () => void;
  onTag: () => void;
}

export function RunbookRow({ runbook, onMove, onTag }: RunbookRowProps) {
  const remove = useDeleteRunbook();
  const shelf = useChangeShelf();
  const ask = async () => {
    const yes = await confirm({
      title: `Delete “${runbook.title}”?`,
      body: "It goes to the trash with its versions and its output. You can bring it back for 30 days.",
      action: "Delete runbook",
    });
    if (!yes) return;
    remove.mutate(runbook.id, {
      onSuccess: () => toast(`“${runbook.title}” is in the trash.`),
      onError: (error) => toast(messageOf(error), "failure"),
    });
  };
  const star = () =>
    shelf.mutate({ id: runbook.id, starred: !runbook.starred }, { onError: (error) => toast(messageOf(error), "failure") });
  return (
    <li className={`group relative flex items-center gap-1 pr-3 transition-colors hover:bg-sunken ${remove.isPending ? "opacity-50" : ""}`}>
      <div className="min-w-0 flex-1 py-4 pl-5">
        <Link
          to={paths.runbook(runbook.id)}
          className="font-medium tracking-[-0.01em] text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {runbook.title || "Untitled runbook"}
        </Link>
        <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-[0.8125rem] text-ink-faint">
          <span>
            Updated <TimeAgo at={runbook.updated_at} />
          </span>
          {runbook.last_execution ? <LastRun last={runbook.last_execution} /> : null}
          {isOpen(runbook.session) ? (
            <span className="inline-flex items-center gap-1.5 text-ink-soft">
              <SessionDot dot={dotOf(runbook.session)} />
              {wordsOf(runbook.session)}
            </span>
          ) : null}
          {runbook.tags.length > 0 ? (
            <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
              {runbook.tags.map(({ name }) => (
                <li key={name}>
                  <Link
                    to={paths.runbooks(searchOf({ tag: name }).toString())}
                    className="relative rounded-md bg-sunken px-1.5 py-0.5 text-xs text-ink-soft transition-colors group-hover:bg-line/60 hover:text-accent"
                  >
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      </div>
      <IconButton
        icon={runbook.starred ? "starred" : "star"}
        label={runbook.starred ? `Remove the star of ${runbook.title}` : `Give ${runbook.title} a star`}
        aria-pressed={runbook.starred}
        onClick={star}
        className="relative aria-pressed:text-accent"
      />
      <Menu label={`More for ${runbook.title}`}>
        <MenuButton onClick={onMove}>Move to a folder</MenuButton>
        <MenuButton onClick={onTag}>Change tags</MenuButton>
        <MenuLink to={paths.history(runbook.id)}>History of runs</MenuLink>
        <MenuLink to={paths.history(runbook.id, "versions")}>Versions</MenuLink>
      </Menu>
      <IconButton
        icon="trash"
        label={`Delete ${runbook.title}`}
        onClick={() => void ask()}
        className="relative hover:bg-failure-soft hover:text-failure"
      />
    </li>
  );
}

/** How the last block that the reader ran went. */
function LastRun({ last }: { last: LastExecution }) {
  if (last.outcome === null) return <span className="text-ink-soft">{last.state === "queued" ? "Waiting to run" : "Running"}</span>;
  const ending = { kind: "outcome" as const, outcome: last.outcome, exitCode: last.exit_code, signal: null, durationMs: null, usage: null };
  const verdict = verdictOf(ending, null);
  // How long it took is told where it is looked at.
  const label = last.outcome === "timed_out" ? "timed out" : verdict.label;
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="sr-only">Last run:</span>
      <OutcomeBadge verdict={{ ...verdict, label }} />
      <TimeAgo at={last.created_at} />
    </span>
  );
}
