import type { ComponentType, ReactNode } from "react";
import ReactMarkdown, { type Components, type ExtraProps, type UrlTransform } from "react-markdown";
import remarkGfm from "remark-gfm";
import { Code } from "./code.tsx";
import { hideComments, safeUrl } from "./quiet-markdown.ts";

interface MarkdownProps {
  source: string;
  /** What a fence becomes, where it is more than code to read. */
  fence?: ComponentType<FenceProps>;
  /** Where links and pictures lead, before anything else is said about them. */
  urls?: UrlTransform;
}

export type FenceProps = React.ComponentProps<"pre"> & ExtraProps;

/** Markdown as its readers see it. Raw HTML is shown as text. */
export function Markdown({ source, fence = Fence, urls = safeUrl }: MarkdownProps) {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={fence === Fence ? plain : { ...plain, pre: fence }} urlTransform={urls}>
      {source}
    </ReactMarkdown>
  );
}

const plugins = [remarkGfm, hideComments];

/** Code to read. `language` is what its fence says unless something else is known. */
export function Fence({ node, children, language }: FenceProps & { language?: string | null | undefined }) {
  const code = node?.children[0];
  const classes = code?.type === "element" ? code.properties["className"] : undefined;
  const said = Array.isArray(classes) ? /^language-\{?([\w+-]+)/.exec(String(classes[0]))?.[1] : undefined;
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-sunken">
      <Code text={textOf(children)} language={language ?? said ?? null} />
    </div>
  );
}

const plain: Components = {
  pre: Fence,
  table: ({ node: _node, ...table }) => (
    // Wide tables scroll within, so that the page never does.
    <div className="table-frame" role="region" aria-label="Table" tabIndex={0}>
      <table {...table} />
    </div>
  ),
  a: ({ node: _node, children, href, ...link }) => (
    <a {...link} href={href} {...(href && /^https?:/.test(href) ? { target: "_blank", rel: "noreferrer noopener" } : {})}>
      {children}
    </a>
  ),
  img: ({ node: _node, alt, ...image }) => <img {...image} alt={alt ?? ""} loading="lazy" />,
  // A task list is the author's, not the reader's: its state is text.
  input: ({ node: _node, ...input }) => <input {...input} aria-label={input.checked ? "Done" : "To do"} />,
};

function textOf(node: ReactNode): string {
  if (typeof node === "string") return node.replace(/\n$/, "");
  if (Array.isArray(node)) return node.map(textOf).join("");
  if (typeof node === "object" && node !== null && "props" in node) {
    const { children } = node.props as { children?: ReactNode };
    return textOf(children);
  }
  return "";
}
