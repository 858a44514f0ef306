import { Icon } from "@/ui/icon.tsx";
import { Popover } from "@/ui/popover.tsx";
import { isolationOf } from "./session-status.ts";

/** What separates the session's programs from the machine, as the server says it. */
export function IsolationList({ isolation }: { isolation: string }) {
  return (
    <Popover icon="shield" label="What isolates this session">
      <p className="text-sm font-semibold">What isolates this session</p>
      <p className="mt-1 text-[0.8125rem] text-ink-faint">Its programs run in a sandbox of their own:</p>
      <ul className="mt-3 space-y-1.5 text-[0.8125rem] text-ink-soft">
        {isolationOf(isolation).map((promise) => (
          <li key={promise} className="flex gap-2">
            <Icon name="dash" className="mt-[0.1875rem] size-3.5 text-ink-faint" />
            <span className="min-w-0">{promise}</span>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
