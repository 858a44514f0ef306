import type { Session } from "@/api/schema.ts";
import { PortChips } from "@/features/preview/port-chips.tsx";
import { IconButton } from "@/ui/button.tsx";
import { toggle, useDesk } from "./desk-state.ts";

/** Where programs of a session listen, while it goes on. */
export function SessionPorts({ session, running }: { session: Session; running: boolean }) {
  const { terminal } = useDesk();
  return session.status === "ACTIVE" && !session.paused ? <PortChips session={session.id} busy={running || terminal} /> : null;
}

/** The ways into a session beside its blocks. */
export function SessionTools({ session, running }: { session: Session; running: boolean }) {
  const { files, terminal } = useDesk();
  if (session.status !== "ACTIVE") return null;
  return (
    <>
      <SessionPorts session={session} running={running} />
      <div className="flex items-center gap-0.5">
        <IconButton icon="terminal" label="Terminal" aria-pressed={terminal} onClick={() => toggle("terminal")} className="size-8 aria-pressed:text-accent" />
        <IconButton icon="folder" label="Files" aria-pressed={files} onClick={() => toggle("files")} className="size-8 aria-pressed:text-accent" />
      </div>
    </>
  );
}
