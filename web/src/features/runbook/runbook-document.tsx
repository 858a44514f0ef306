import { memo, useMemo, type ComponentProps, type ReactNode } from "react";
import Markdown, { type Components, type ExtraProps } from "react-markdown";
import remarkGfm from "remark-gfm";
import type { Block } from "@/api/schema.ts";
import { Code } from "@/ui/code.tsx";
import { FileBlock } from "./file-block.tsx";
import { withoutFrontMatter } from "./front-matter.ts";
import { placeBlocks } from "./place-blocks.ts";
import { RunnableBlock } from "./runnable-block.tsx";
import { useRunbookContext } from "./runbook-context.ts";

interface RunbookDocumentProps {
  content: string;
  blocks: readonly Block[];
  frontMatterLines: number;
}

/** The whole document, with every block where it stands. Raw HTML is shown as text. */
export const RunbookDocument = memo(function RunbookDocument({ content, blocks, frontMatterLines }: RunbookDocumentProps) {
  const plugins = useMemo(() => [remarkGfm, placeBlocks(blocks)], [blocks]);
  return (
    <article className="prose">
      <Markdown remarkPlugins={plugins} components={components}>
        {withoutFrontMatter(content, frontMatterLines)}
      </Markdown>
    </article>
  );
});

type PreProps = ComponentProps<"pre"> & ExtraProps;

function Fence({ node, children }: PreProps) {
  const { byLine } = useRunbookContext();
  const block = byLine.get(node?.position?.start.line ?? -1);
  if (block?.kind === "file") return <FileBlock block={block} />;
  if (block?.runnable) return <RunnableBlock block={block} />;
  const code = node?.children[0];
  const classes = code?.type === "element" ? code.properties["className"] : undefined;
  const language = Array.isArray(classes) ? /^language-\{?([\w+-]+)/.exec(String(classes[0]))?.[1] : undefined;
  return (
    <div className="my-6 overflow-hidden rounded-xl border border-line bg-sunken">
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
