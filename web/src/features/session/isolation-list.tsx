import type { Session } from "@/api/schema.ts";
import { Icon } from "@/ui/icon.tsx";
import { Popover } from "@/ui/popover.tsx";

/** What separates the session's programs from the machine, and what this machine cannot give. */
export function IsolationList({ isolation }: { isolation: Session["isolation"] }) {
  return (
    <Popover icon="shield" label="What isolates this session" className="max-sm:hidden">
      <p className="text-sm font-semibold">What isolates this session</p>
      <IsolationPromises isolation={isolation} />
    </Popover>
  );
}

/** The same where it stands among other things. */
export function IsolationPromises({ isolation }: { isolation: Session["isolation"] }) {
  return (
    <>
      <Promises words="Its programs run in a sandbox of their own:" promises={isolation.holds} icon="check" />
      <Promises words="This machine cannot give:" promises={isolation.missing} icon="dash" />
    </>
  );
}

function Promises({ words, promises, icon }: { words: string; promises: string[]; icon: "check" | "dash" }) {
  if (promises.length === 0) return null;
  return (
    <>
      <p className="mt-3 text-[0.8125rem] text-ink-faint">{words}</p>
      <ul className="mt-1.5 space-y-1.5 text-[0.8125rem] text-ink-soft">
        {promises.map((promise) => (
          <li key={promise} className="flex gap-2">
            <Icon name={icon} className="mt-[0.1875rem] size-3.5 text-ink-faint" />
            <span className="min-w-0">{promise}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
