import { memo } from "react";
import { Markdown } from "@/ui/markdown.tsx";
import { safeUrl } from "@/ui/quiet-markdown.ts";

/** Markdown that an agent may have written: hostile text. A picture elsewhere would tell somebody what was read. */
export const AgentProse = memo(function AgentProse({ source }: { source: string }) {
  return (
    <div className="prose compact">
      <Markdown source={source} urls={urls} />
    </div>
  );
});

export function urls(url: string, key: string): string | undefined {
  if (key !== "src") return safeUrl(url, key);
  return url.startsWith("data:") ? safeUrl(url, key) : undefined;
}
