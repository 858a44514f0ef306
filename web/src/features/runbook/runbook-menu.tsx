import type { MouseEvent, ReactNode } from "react";
import { Link } from "react-router";
import type { Runbook } from "@/api/schema.ts";
import { ExportChoices } from "@/features/exchange/export-menu.tsx";
import { toggle, useDesk } from "@/features/session/desk-state.ts";
import { SessionPorts } from "@/features/session/session-tools.tsx";
import { useSessionActions } from "@/features/session/use-session-actions.ts";
import { paths } from "@/paths.ts";
import { Icon, type IconName } from "@/ui/icon.tsx";
import { Popover } from "@/ui/popover.tsx";
import { useSetSession } from "./runbook-queries.ts";

interface RunbookMenuProps {
  runbook: Runbook;
  source: boolean;
  /** Something runs, and may begin to listen on a port. */
  running: boolean;
}

/** What a window of one column has no room for beside Run all. */
export function RunbookMenu({ runbook, source, running }: RunbookMenuProps) {
  return (
    <span className="sm:hidden">
      <Popover icon="more" label="More actions" narrow className="size-8! border border-line bg-surface">
        <Entries runbook={runbook} source={source} running={running} />
      </Popover>
    </span>
  );
}

function Entries({ runbook, source, running }: RunbookMenuProps) {
  const { files, terminal } = useDesk();
  const { restart, disconnect } = useSessionActions(useSetSession(runbook.id));
  const session = runbook.session?.status === "ACTIVE" ? runbook.session : null;
  return (
    <>
      <ul className="-mx-2 -mt-2 text-sm">
        {session ? (
          <>
            <Entry icon="terminal" onSelect={() => toggle("terminal")}>
              {terminal ? "Close the terminal" : "Terminal"}
            </Entry>
            <Entry icon="folder" onSelect={() => toggle("files")}>
              {files ? "Close the files" : "Files"}
            </Entry>
            <Entry icon="retry" onSelect={() => restart.mutate(session.id)}>
              Restart
            </Entry>
            <Entry icon="plug" onSelect={() => disconnect.mutate(session.id)}>
              Disconnect
            </Entry>
          </>
        ) : null}
        {runbook.editable ? (
          <Entry icon={source ? "read" : "edit"} to={paths.runbook(runbook.id, source ? "read" : "edit")}>
            {source ? "Read" : "Edit source"}
          </Entry>
        ) : null}
        <Entry icon="history" to={paths.history(runbook.id)}>
          History
        </Entry>
      </ul>
      {session ? <SessionPorts session={session} running={running} /> : null}
      <div className="mt-2 border-t border-line pt-3">
        <ExportChoices runbook={runbook.id} />
      </div>
    </>
  );
}

const entryClass = "flex h-10 w-full items-center gap-2.5 rounded-lg px-2 text-left hover:bg-sunken focus-visible:bg-sunken focus-visible:-outline-offset-2";

function Entry({ icon, to, onSelect, children }: { icon: IconName; to?: string; onSelect?: () => void; children: ReactNode }) {
  const select = (event: MouseEvent<HTMLElement>) => {
    event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
    onSelect?.();
  };
  const shown = (
    <>
      <Icon name={icon} className="size-4 text-ink-faint" />
      {children}
    </>
  );
  return (
    <li>
      {to === undefined ? (
        <button type="button" onClick={select} className={entryClass}>
          {shown}
        </button>
      ) : (
        <Link to={to} onClick={select} className={entryClass}>
          {shown}
        </Link>
      )}
    </li>
  );
}
