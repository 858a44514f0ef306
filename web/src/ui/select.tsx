import { useId, type SelectHTMLAttributes } from "react";

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  /** Values and the words for them, in order. */
  options: readonly (readonly [string, string])[];
  problem?: string | null;
}

/** One of a few, as the platform offers it. */
export function Select({ label, options, problem, className = "", ...select }: SelectProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <select
        {...select}
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        className={`h-9 w-full rounded-lg border bg-surface px-2.5 text-sm text-ink transition-colors disabled:bg-sunken disabled:text-ink-faint disabled:opacity-100 ${
          problem ? "border-failure" : "border-line-strong/60 enabled:hover:border-line-strong"
        }`}
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      {problem ? (
        <p id={`${id}-problem`} className="mt-1.5 text-[0.8125rem] text-failure">
          {problem}
        </p>
      ) : null}
    </div>
  );
}
