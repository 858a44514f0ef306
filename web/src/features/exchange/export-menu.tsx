import { useState } from "react";
import { exportUrl } from "@/api/client.ts";
import { buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Popover } from "@/ui/popover.tsx";

const formats = [
  { format: "html", name: "Web page", about: "One file that opens anywhere, offline" },
  { format: "ipynb", name: "Jupyter notebook", about: "For Jupyter, VS Code, Colab" },
  { format: "md", name: "Markdown", about: "The text of this runbook" },
] as const;

/** Takes the runbook along as a file. */
export function ExportMenu({ runbook }: { runbook: string }) {
  return (
    <Popover icon="download" label="Export">
      <ExportChoices runbook={runbook} />
    </Popover>
  );
}

/** The same where it stands among other things. */
export function ExportChoices({ runbook }: { runbook: string }) {
  const [outputs, setOutputs] = useState(true);
  return (
    <>
      <p className="text-sm font-semibold">Export</p>
      <label className="mt-3 flex items-start gap-2.5 text-sm">
        <input
          type="checkbox"
          checked={outputs}
          onChange={(event) => setOutputs(event.target.checked)}
          className="mt-0.5 size-4 accent-accent"
        />
        With what the blocks printed last
      </label>
      <ul className="mt-3 space-y-2">
        {formats.map(({ format, name, about }) => (
          <li key={format}>
            <a href={exportUrl(runbook, format, outputs)} download className={`${buttonClass("secondary")} h-auto! w-full justify-start! py-2 text-left whitespace-normal!`}>
              <Icon name="download" className="size-4 text-ink-faint" />
              <span>
                {name}
                <span className="block text-xs font-normal text-ink-faint">{about}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
