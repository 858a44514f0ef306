import { useId, type InputHTMLAttributes, type Ref } from "react";

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "size"> {
  label: string;
  hint?: string;
  problem?: string | null;
  /** Small ones stand in rows beside others. */
  size?: "small" | "medium";
  ref?: Ref<HTMLInputElement>;
}

const sizes = { small: "h-9 px-2.5 text-sm", medium: "h-11 px-3.5 text-[0.9375rem]" };

/** A labelled input that says what is wrong with its value, beside it and to screen readers. */
export function Field({ label, hint, problem, size = "medium", className = "", ...input }: FieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={`w-full rounded-lg border bg-surface text-ink transition-colors placeholder:text-ink-faint/70 disabled:bg-sunken disabled:text-ink-faint ${sizes[size]} ${
          problem ? "border-failure" : "border-line-strong/60 enabled:hover:border-line-strong"
        }`}
      />
      {note ? (
        <p id={`${id}-note`} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
          {note}
        </p>
      ) : null}
    </div>
  );
}
