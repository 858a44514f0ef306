import { useMutation, useQueryClient } from "@tanstack/react-query";
import { localApi } from "@/api/local.ts";
import type { LocalRunbook } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { localRunbookQuery } from "./local-queries.ts";
import { wordsOf } from "./signature-note.tsx";

interface TrustDialogProps {
  runbook: LocalRunbook;
  onClose: () => void;
  onTrusted: () => void;
}

/** Asked before the first script of an unknown document runs: what it can do, and whether it may. */
export function TrustDialog({ runbook, onClose, onTrusted }: TrustDialogProps) {
  const queries = useQueryClient();
  const trust = useMutation({
    mutationFn: () => localApi.trust(runbook.contentHash),
    onSuccess: () => {
      queries.setQueryData(localRunbookQuery.queryKey, (known) => (known ? { ...known, trusted: true } : known));
      onTrusted();
    },
  });
  return (
    <Dialog
      title="Do you trust this runbook?"
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button look="primary" icon="shield" busy={trust.isPending} onClick={() => trust.mutate()}>
            Trust and run
          </Button>
        </>
      }
    >
      <p>
        Its scripts {runbook.backend.isolated ? `run in a sandbox (${runbook.backend.name}).` : "run on this machine as you: with your files, your network and your rights."} You
        are asked once for this text of <code className="font-mono text-[0.85em] break-all">{runbook.path}</code>.
      </p>
      {runbook.signature?.verdict === "bad" ? <Notice className="mt-4">{`Its signature is wrong. ${wordsOf(runbook.signature)}`}</Notice> : null}
      <ul className="mt-4 list-disc space-y-1.5 pl-5">
        {abilitiesOf(runbook).map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
      {trust.error ? <Notice className="mt-4">{trust.error.message}</Notice> : null}
    </Dialog>
  );
}

/** What the document can do, a sentence each. */
export function abilitiesOf({ abilities: { scripts, commands, writesFiles, network, signIns } }: LocalRunbook): string[] {
  return [
    scripts === 1 ? "It has 1 script." : `It has ${scripts} scripts.`,
    ...(commands.length > 0 ? [`They start ${commands.join(", ")}.`] : []),
    ...(writesFiles ? ["It writes files."] : []),
    ...(network ? ["It uses the network."] : []),
    ...(signIns.length > 0 ? [`It asks for your sign-in to ${signIns.join(", ")}.`] : []),
  ];
}
