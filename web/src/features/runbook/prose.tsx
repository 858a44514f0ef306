import { memo, use, createContext } from "react";
import { Fence as PlainFence, Markdown, type FenceProps } from "@/ui/markdown.tsx";
import type { NestedBlock } from "./cells/cell-list.ts";
import { FileBlock } from "./file-block.tsx";
import { InputsForm } from "./inputs-form.tsx";
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
        <Markdown source={definitions === "" ? source : `${source}\n\n${definitions}`} fence={Fence} />
      </div>
    </Nested>
  );
});

function Fence(props: FenceProps) {
  const line = props.node?.position?.start.line ?? -1;
  const { forms } = useRunbookContext();
  const block = use(Nested).find((it) => it.line === line)?.block;
  const form = block && forms.get(block.id);
  if (block?.kind === "file") return <FileBlock block={block} />;
  if (form !== undefined) return <InputsForm line={form} />;
  if (block?.runnable) return <RunnableBlock block={block} />;
  return <PlainFence {...props} language={block?.language} />;
}
