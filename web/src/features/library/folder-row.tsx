import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { Folder } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { toast } from "@/ui/toasts.tsx";
import { useDeleteFolder } from "./library-queries.ts";
import { searchOf } from "./library-view.ts";
import { Menu, MenuButton } from "./menu.tsx";

interface FolderRowProps {
  folder: Folder;
  /** Folders that lie directly in it. */
  folders: number;
  onRename: () => void;
  onMove: () => void;
}

export function FolderRow({ folder, folders, onRename, onMove }: FolderRowProps) {
  const remove = useDeleteFolder();
  const isEmpty = folder.runbooks === 0 && folders === 0;
  const ask = async () => {
    const yes = await confirm({
      title: `Delete the folder “${folder.name}”?`,
      body: isEmpty ? "There is nothing in it." : "What lies in it moves up to where the folder was. No runbook is deleted.",
      action: "Delete folder",
    });
    if (yes) remove.mutate(folder.id, { onError: (error) => toast(messageOf(error), "failure") });
  };
  return (
    <li className="relative flex items-center gap-3 pr-3 transition-colors hover:bg-sunken">
      <Icon name="folder" className="ml-5 size-5 text-ink-faint" />
      <div className="min-w-0 flex-1 py-3">
        <Link
          to={paths.runbooks(searchOf({ folder: folder.id }).toString())}
          className="font-medium tracking-[-0.01em] text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {folder.name}
        </Link>
        <p className="text-[0.8125rem] text-ink-faint">{contentsOf(folder.runbooks, folders)}</p>
      </div>
      <Menu label={`More for the folder ${folder.name}`}>
        <MenuButton onClick={onRename}>Rename</MenuButton>
        <MenuButton onClick={onMove}>Move to a folder</MenuButton>
        <MenuButton onClick={() => void ask()}>Delete folder</MenuButton>
      </Menu>
    </li>
  );
}

function count(amount: number, one: string): string {
  return `${amount} ${one}${amount === 1 ? "" : "s"}`;
}

function contentsOf(runbooks: number, folders: number): string {
  const parts = [...(folders > 0 ? [count(folders, "folder")] : []), ...(runbooks > 0 ? [count(runbooks, "runbook")] : [])];
  return parts.join(", ") || "Empty";
}
