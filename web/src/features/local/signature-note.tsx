import type { LocalRunbook, LocalSignature } from "@/api/local-schema.ts";
import { Icon } from "@/ui/icon.tsx";
import { Notice } from "@/ui/notice.tsx";

/** Who signed the document; loud where somebody has changed what was signed. */
export function SignatureNote({ runbook: { signature } }: { runbook: LocalRunbook }) {
  if (!signature) return null;
  if (signature.verdict === "good") {
    return (
      <p className="mb-6 flex items-center gap-2 text-sm text-success">
        <Icon name="shield" className="size-[1.125rem]" />
        <span className="min-w-0 break-words">Signed by {signature.by}, whom you trust.</span>
      </p>
    );
  }
  return (
    <Notice tone={signature.verdict === "bad" ? "failure" : "warning"} className="mb-6">
      <p className="font-medium">{titles[signature.verdict]}</p>
      <p className="break-words">{wordsOf(signature)}</p>
    </Notice>
  );
}

type Doubtful = Exclude<LocalSignature, { verdict: "good" }>;

const titles: Record<Doubtful["verdict"], string> = {
  partial: "Not all of this runbook is signed.",
  unknown: "This runbook is signed by somebody whom you do not know.",
  bad: "The signature of this runbook is wrong. Somebody may have changed it.",
};

export function wordsOf(signature: Doubtful): string {
  switch (signature.verdict) {
    case "partial":
      return `${signature.by} signed it, but not ${signature.missing}.`;
    case "unknown":
      return `${signature.file} was made with ${signature.key}. If it is of somebody you trust, add their key to trusted_signers.`;
    case "bad":
      return `${signature.file}: ${signature.reason}. Ask its author before you run anything of it.`;
  }
}
