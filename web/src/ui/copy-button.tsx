import { useState } from "react";
import { writeClipboard } from "./clipboard.ts";
import { Icon } from "./icon.tsx";
import { toast } from "./toasts.tsx";

/** Copies what `text` gives at the time of the click. */
export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (await writeClipboard(text())) {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_600);
    } else {
      toast("The browser refused to copy. Select the text and copy it by hand.", "failure");
    }
  };
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={copied ? "Copied" : label}
      title={label}
      className="inline-flex size-7 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-line/60 hover:text-ink"
    >
      <Icon name={copied ? "check" : "copy"} className="size-3.5" />
    </button>
  );
}
