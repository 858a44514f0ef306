import { useSyncExternalStore } from "react";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Notice } from "@/ui/notice.tsx";
import type { Editing } from "./cells/editing.ts";
import type { LiveText } from "./text/live-text.ts";

/** Quiet words on whether what is shown is stored. Silent until there is something to say. */
export function SaveWords({ editing }: { editing: Editing }) {
  const words = useSyncExternalStore(editing.live.subscribe, () => wordsOf(editing.live));
  return (
    <span role="status" title={words.title} className="inline-flex items-center gap-1.5 text-[0.8125rem] whitespace-nowrap text-ink-faint">
      {words.icon ? <Icon name={words.icon} className={`size-3.5 ${words.icon === "alert" ? "text-failure" : ""}`} /> : null}
      {words.text}
    </span>
  );
}

interface Words {
  text: string;
  title: string;
  icon: "check" | "alert" | null;
}

const all = {
  silent: { text: "", title: "", icon: null },
  saved: { text: "Saved", title: "The server has stored all of it", icon: "check" },
  saving: { text: "Saving…", title: "", icon: null },
  trouble: { text: "Not saved yet", title: "The server cannot store it at the moment, and tries again", icon: "alert" },
  offline: { text: "Offline", title: "The server cannot be reached; editing goes on", icon: null },
  kept: { text: "Offline: kept in this browser", title: "What you typed is sent when the server is back", icon: null },
  refused: { text: "Not saved", title: "", icon: "alert" },
} as const satisfies Record<string, Words>;

function wordsOf(live: LiveText): Words {
  switch (live.state) {
    case "loading":
      return all.silent;
    case "saved":
      return live.touched ? all.saved : all.silent;
    case "saving":
      return live.trouble === null ? all.saving : all.trouble;
    case "offline":
      return live.synced && !live.isSaved ? all.kept : all.offline;
    case "refused":
      return all.refused;
  }
}

/** What keeps the text from being stored, and text of an earlier visit that has no place any more. */
export function TextNotices({ editing }: { editing: Editing }) {
  const { live } = editing;
  const refusal = useSyncExternalStore(live.subscribe, () => live.refusal);
  const orphan = useSyncExternalStore(live.subscribe, () => live.orphan);
  return (
    <>
      {refusal === null ? null : (
        <Notice
          className="mb-6"
          action={
            <Button size="small" icon="retry" onClick={() => location.reload()}>
              Reload
            </Button>
          }
        >
          Your changes are not saved, and are kept in this browser. {refusal}
        </Notice>
      )}
      {orphan === null ? null : (
        <Notice
          tone="warning"
          className="mb-6"
          action={
            <>
              <CopyButton label="Copy the earlier text" text={() => orphan} />
              <Button size="small" onClick={() => live.forgetOrphan()}>
                Discard
              </Button>
            </>
          }
        >
          This browser keeps text of an earlier visit that was never saved, and the document has been replaced since.
        </Notice>
      )}
    </>
  );
}
