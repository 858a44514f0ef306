import type { ReactNode } from "react";
import type { Scope } from "@/api/__generated__/agents.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";

interface EntryRowProps {
  title: string;
  scope?: Scope;
  /** More about it, in small. */
  children?: ReactNode;
  /** Further buttons. */
  extra?: ReactNode;
  /** Null where one may only look. */
  onEdit: (() => void) | null;
  onDelete: (() => void) | null;
  /** What is lost with it. */
  loss: string;
  busy: boolean;
}

export function EntryRow({ title, scope, children, extra, onEdit, onDelete, loss, busy }: EntryRowProps) {
  const ask = async () => {
    if (await confirm({ title: `Delete “${title}”?`, body: loss, action: "Delete" })) onDelete?.();
  };
  return (
    <li className={`flex flex-wrap items-center gap-x-3 gap-y-2 py-3 pr-3 pl-5 ${busy ? "opacity-50" : ""}`}>
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium break-words text-ink">
          {title}
          {scope === "HUB" ? <span className="rounded-full bg-line/70 px-2 py-0.5 text-xs font-medium text-ink-soft">for everybody</span> : null}
        </p>
        <div className="mt-0.5 text-[0.8125rem] break-words text-ink-faint">{children}</div>
      </div>
      <span className="ml-auto flex items-center gap-1">
        {extra}
        {onEdit ? (
          <Button size="small" aria-label={`Edit ${title}`} onClick={onEdit}>
            Edit
          </Button>
        ) : null}
        {onDelete ? <IconButton icon="trash" label={`Delete ${title}`} disabled={busy} onClick={() => void ask()} className="hover:bg-failure-soft hover:text-failure" /> : null}
      </span>
    </li>
  );
}
