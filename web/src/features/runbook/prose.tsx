import { memo, use, createContext, type ComponentProps, type ReactNode } from "react";
import Markdown, { type Components, type ExtraProps } from "react-markdown";
import remarkGfm from "remark-gfm";
import { Code } from "@/ui/code.tsx";
import type { NestedBlock } from "./cells/cell-list.ts";
import { FileBlock } from "./file-block.tsx";
import { InputsForm } from "./inputs-form.tsx";
import { hideComments, safeUrl } from "./quiet-markdown.ts";
import { RunnableBlock } from "./runnable-block.tsx";
import { useRunbookContext } from "./runbook-context.ts";

interface ProseProps {
  source: string;
  /** Definitions of links and footnotes from elsewhere in the document. */
  definitions: string;
  nested: readonly NestedBlock[];
}

const Nested = createContext<readonly NestedBlock[]>([]);

/** A piece of Markdown as its readers see it. Raw HTML is shown as text. */
export const Prose = memo(function Prose({ source, definitions, nested }: ProseProps) {
  return (
    <Nested value={nested}>
      <div className="prose">
        <Markdown remarkPlugins={plugins} components={components} urlTransform={safeUrl}>
          {definitions === "" ? source : `${source}\n\n${definitions}`}
        </Markdown>
      </div>
    </Nested>
  );
});

const plugins = [remarkGfm, hideComments];

function Fence({ node, children }: ComponentProps<"pre"> & ExtraProps) {
  const line = node?.position?.start.line ?? -1;
  const { forms } = useRunbookContext();
  const block = use(Nested).find((it) => it.line === line)?.block;
  const form = block && forms.get(block.id);
  if (block?.kind === "file") return <FileBlock block={block} />;
  if (form !== undefined) return <InputsForm line={form} />;
  if (block?.runnable) return <RunnableBlock block={block} />;
  const code = node?.children[0];
  const classes = code?.type === "element" ? code.properties["className"] : undefined;
  const language = Array.isArray(classes) ? /^language-\{?([\w+-]+)/.exec(String(classes[0]))?.[1] : undefined;
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-sunken">
      <Code text={textOf(children)} language={block?.language ?? language ?? null} />
    </div>
  );
}

const components: Components = {
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
