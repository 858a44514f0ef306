import { useState } from "react";
import { Icon } from "@/ui/icon.tsx";
import { plainOutput } from "./plain-output.ts";

interface FoldedTextProps {
  title: string;
  text: string;
  tone?: "success" | "failure";
}

const looks = { success: "text-success", failure: "text-failure" } as const;

/** A text that few want to read, and that is drawn for them only. */
export function FoldedText({ title, text, tone }: FoldedTextProps) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group">
      <summary className={`flex w-fit max-w-full cursor-pointer list-none items-center gap-1.5 rounded text-[0.8125rem] select-none hover:underline [&::-webkit-details-marker]:hidden ${tone ? looks[tone] : "text-ink-faint"}`}>
        <Icon name={tone === "failure" ? "cross" : tone === "success" ? "check" : "chevron"} className={`size-3.5 ${tone ? "" : "transition-transform group-open:rotate-90"}`} />
        <span className="min-w-0 truncate">{title}</span>
      </summary>
      {open ? (
        <pre tabIndex={0} role="region" aria-label={title} className="mt-1.5 max-h-96 overflow-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] break-words whitespace-pre-wrap text-ink-soft">
          {plainOutput(text) || "Nothing."}
        </pre>
      ) : null}
    </details>
  );
}
