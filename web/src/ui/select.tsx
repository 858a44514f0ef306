import { useId, type SelectHTMLAttributes } from "react";

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  /** Values and the words for them, in order. */
  options: readonly (readonly [string, string])[];
}

/** One of a few, as the platform offers it. */
export function Select({ label, options, className = "", ...select }: SelectProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <select
        {...select}
        id={id}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-surface px-2.5 text-sm text-ink transition-colors enabled:hover:border-line-strong disabled:bg-sunken disabled:text-ink-faint disabled:opacity-100"
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
