import { useId, type TextareaHTMLAttributes } from "react";

interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  hint?: string;
  problem?: string | null;
}

/** Several lines of plain text, set like code, with what is wrong with them beside them. */
export function TextArea({ label, hint, problem, className = "", ...area }: TextAreaProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <textarea
        rows={3}
        spellCheck={false}
        autoCapitalize="none"
        {...area}
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={`block w-full resize-y rounded-lg border bg-surface px-3 py-2 font-mono text-[0.8125rem] leading-relaxed text-ink transition-colors placeholder:text-ink-faint ${
          problem ? "border-failure" : "border-line-strong/60 hover:border-line-strong"
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
