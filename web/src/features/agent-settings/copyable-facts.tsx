import { CopyButton } from "@/ui/copy-button.tsx";

/** Names and values that are set elsewhere. */
export function CopyableFacts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="space-y-1">
      {facts.map(([name, value]) => (
        <div key={name} className="flex flex-wrap items-center gap-x-2">
          <dt className="font-medium text-ink-soft">{name}</dt>
          <dd className="flex min-w-0 items-center gap-1 font-mono break-all text-ink">
            {value}
            <CopyButton label={`Copy: ${name}`} text={() => value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
