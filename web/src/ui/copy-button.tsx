import { useState } from "react";
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

// The clipboard API exists only on HTTPS and localhost; a hub on a LAN address needs the old way.
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
