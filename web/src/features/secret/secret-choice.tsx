import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { paths } from "@/paths.ts";
import { secretsQuery } from "./secret-queries.ts";

/** Secrets by name: those there are, and those that are listed though nobody set them. */
export function SecretChoice({ chosen, onChange }: { chosen: readonly string[]; onChange: (names: string[]) => void }) {
  const { data: secrets } = useQuery(secretsQuery);
  const there = secrets?.map((secret) => secret.name) ?? [];
  const names = [...new Set([...there, ...chosen])].toSorted();
  const toggle = (name: string) => onChange(chosen.includes(name) ? chosen.filter((it) => it !== name) : [...chosen, name]);
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium text-ink">Secrets</legend>
      <div className="space-y-1">
        {names.map((name) => (
          <label key={name} className="flex items-center gap-2.5 text-sm text-ink">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} className="size-4 accent-accent" />
            <code className="min-w-0 truncate font-mono text-[0.8125rem]">{name}</code>
            {secrets && !there.includes(name) ? <span className="shrink-0 text-xs text-warning">not set</span> : null}
          </label>
        ))}
      </div>
      <p className="mt-1.5 text-[0.8125rem] text-ink-faint">
        {names.length === 0 ? "None yet. " : "It finds the chosen ones in its environment. "}
        <Link to={paths.account()} className="rounded text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          Set one in your account
        </Link>
      </p>
    </fieldset>
  );
}
