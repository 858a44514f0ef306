import { memo } from "react";
import ReactMarkdown from "react-markdown";
import { Markdown } from "@/ui/markdown.tsx";
import { safeUrl } from "@/ui/quiet-markdown.ts";
import { localAsset } from "@/api/local.ts";
import { fill, type Given } from "./fill.ts";

/** One line of Markdown with its values: a title, a description, a message. */
export const Words = memo(function Words({ text, given }: { text: string; given: Given }) {
  return (
    <ReactMarkdown allowedElements={inline} unwrapDisallowed components={components} urlTransform={assetUrl}>
      {fill(text, given)}
    </ReactMarkdown>
  );
});

const inline = ["a", "code", "em", "strong", "del", "br"];

const components = {
  a: ({ href, children }: React.ComponentProps<"a">) => (
    <a href={href} target="_blank" rel="noreferrer noopener" className="text-accent underline underline-offset-4">
      {children}
    </a>
  ),
  code: ({ children }: React.ComponentProps<"code">) => (
    <code className="rounded border border-line bg-sunken px-1 py-px font-mono text-[0.85em] text-ink">{children}</code>
  ),
};

/** Prose between components. */
export const LocalProse = memo(function LocalProse({ markdown }: { markdown: string }) {
  return (
    <div className="prose">
      <Markdown source={markdown} urls={assetUrl} />
    </div>
  );
});

/** Files beside the document are where the server gives them out. */
function assetUrl(url: string, key: string): string {
  const asset = /^(?:\.\/)?assets\/([^?#]+)/.exec(url)?.[1];
  return asset === undefined ? safeUrl(url, key) : localAsset(decoded(asset));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
