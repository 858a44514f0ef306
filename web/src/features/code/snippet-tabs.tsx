import { useId, useState } from "react";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import type { Snippet, SnippetKind } from "./snippet.ts";

/** The same request in several languages, one at a time. */
export function SnippetTabs({ snippets }: { snippets: readonly Snippet[] }) {
  const id = useId();
  const [kind, setKind] = useState<SnippetKind>("curl");
  const shown = snippets.find((snippet) => snippet.kind === kind) ?? snippets[0];
  if (!shown) return null;
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <div className="flex items-center justify-between border-b border-line pr-2">
        <Tabs id={id} label="Language of the snippet" chosen={shown.kind} onChoose={setKind} tabs={snippets.map((it) => ({ value: it.kind, label: it.label }))} />
        <CopyButton label={`Copy as ${shown.label}`} text={() => shown.text} />
      </div>
      <div {...panelOf(id, shown.kind)} className="max-h-80 overflow-y-auto text-left">
        <Code text={shown.text} language={shown.language} label={`${shown.label} snippet`} />
      </div>
    </div>
  );
}
