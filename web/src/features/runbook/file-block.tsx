import type { ReactNode } from "react";
import type { Block } from "@/api/schema.ts";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { BlockFrame } from "./block-frame.tsx";

/** A file that is written into the sandbox before anything runs. */
export function FileBlock({ block, code, tools }: { block: Block; code?: ReactNode; tools?: ReactNode }) {
  const path = block.path ?? "file without a path";
  return (
    <BlockFrame
      label={`File ${path}`}
      line={block.line}
      head={
        <>
          <Icon name="file" className="size-4 text-ink-faint" />
          <span className="min-w-0 truncate font-mono text-[0.8125rem] text-ink">{path}</span>
        </>
      }
      actions={
        <>
          <span className="mr-1 hidden text-xs text-ink-faint sm:inline">in the sandbox</span>
          {tools}
          <CopyButton label={`Copy ${path}`} text={() => block.code} />
        </>
      }
    >
      {code ?? <Code text={block.code} language={block.language} label={`Content of ${path}`} />}
    </BlockFrame>
  );
}
