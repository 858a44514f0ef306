import { useEffect, useState } from "react";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";

const always = [
  ["Ctrl Enter", "Run the focused block"],
  ["Shift Enter", "Run it and move to the next"],
  ["Tab", "Move between blocks and their buttons"],
  ["?", "Show this list"],
] as const;

const whereEditable = [
  ["Enter", "Edit the selected block or text"],
  ["Esc", "Leave the editor"],
  ["j k", "Next, previous; arrows do the same"],
  ["a b", "New block above, below"],
  ["Shift a b", "New text above, below"],
  ["Alt ↑ ↓", "Move up, down"],
  ["d d", "Delete"],
  ["z", "Undo, as Ctrl+Z does; Shift+Z again"],
  ["y m", "Turn into a block, into text"],
  ["Shift m", "Merge with the next"],
  ["Ctrl Shift -", "Split at the cursor"],
  ["Ctrl Space", "Complete from what the session knows"],
] as const;

/** The list of keys, shown on "?" wherever that is not text being typed. */
export function ShortcutHelp({ editable }: { editable: boolean }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable=true]");
      if (event.key === "?" && !typing) setOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  if (!open) return null;
  return (
    <Dialog
      title="Keyboard"
      onClose={() => setOpen(false)}
      footer={
        <Button look="primary" onClick={() => setOpen(false)}>
          Close
        </Button>
      }
    >
      <dl className="mt-4 space-y-2.5">
        {[...always, ...(editable ? whereEditable : [])].map(([keys, meaning]) => (
          <div key={keys} className="flex items-center justify-between gap-4">
            <dt className="order-last flex gap-1">
              {keys.split(" ").map((key) => (
                <kbd key={key} className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs text-ink">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
