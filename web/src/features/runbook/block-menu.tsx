import type { MouseEvent } from "react";
import type { Block } from "@/api/schema.ts";
import { Popover } from "@/ui/popover.tsx";
import { useRunbookContext } from "./runbook-context.ts";

/** What else can be run beginning with a block. */
export function BlockMenu({ block, name }: { block: Block; name: string }) {
  const { runner } = useRunbookContext();
  return (
    <Popover icon="playAll" label={`More ways to run ${name}`} narrow>
      <div className="-m-2">
        <Entry words="Run from here" hint="This block and those after it" onChoose={() => void runner.runFrom(block)} />
        <Entry words="Run section" hint="The blocks under the same heading" onChoose={() => void runner.runSection(block)} />
      </div>
    </Popover>
  );
}

function Entry({ words, hint, onChoose }: { words: string; hint: string; onChoose: () => void }) {
  const choose = (event: MouseEvent<HTMLElement>) => {
    event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
    onChoose();
  };
  return (
    <button type="button" onClick={choose} className="block w-full rounded-lg px-2.5 py-2 text-left text-sm hover:bg-sunken">
      {words}
      <span aria-hidden="true" className="block text-[0.8125rem] text-ink-faint">
        {hint}
      </span>
    </button>
  );
}
