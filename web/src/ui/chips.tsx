import { useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { Icon } from "./icon.tsx";

interface ChipsProps {
  label: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
  placeholder?: string;
  hint?: string;
  problem?: string | null;
}

/** A list of short texts: Enter adds what was typed, Backspace in the empty field takes the last one back. */
export function Chips({ label, values, onChange, placeholder, hint, problem }: ChipsProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const note = problem ?? hint;

  const add = (text: string) => {
    const added = text.split(/\s*\n\s*/).map((it) => it.trim()).filter((it) => it !== "" && !values.includes(it));
    if (added.length > 0) onChange([...values, ...new Set(added)]);
    setTyped("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      // With Ctrl it belongs to the page, which hears of what was typed first.
      if (!event.ctrlKey && !event.metaKey) event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && typed === "") {
      onChange(values.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!text.includes("\n")) return;
    event.preventDefault();
    add(`${typed}${text}`);
  };
  const remove = (value: string) => {
    onChange(values.filter((it) => it !== value));
    input.current?.focus();
  };
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-ink">
        {label}
      </label>
      <div
        className={`flex flex-wrap items-center gap-1.5 rounded-lg border bg-surface p-1.5 transition-colors focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent ${
          problem ? "border-failure" : "border-line-strong/60 hover:border-line-strong"
        }`}
      >
        {values.map((value) => (
          <span key={value} className="inline-flex max-w-full items-center gap-0.5 rounded-md bg-accent-soft py-0.5 pr-0.5 pl-2 font-mono text-xs text-ink">
            <span className="min-w-0 truncate">{value}</span>
            <button
              type="button"
              aria-label={`Remove ${value}`}
              onClick={() => remove(value)}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-faint hover:text-ink"
            >
              <Icon name="cross" className="size-3" />
            </button>
          </span>
        ))}
        <input
          ref={input}
          id={id}
          value={typed}
          placeholder={values.length === 0 ? placeholder : undefined}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-invalid={problem ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          // What was typed and left is meant: nobody guesses that it needed a key.
          onBlur={() => add(typed)}
          className="h-7 min-w-24 flex-1 bg-transparent px-1.5 font-mono text-[0.8125rem] text-ink outline-none placeholder:text-ink-faint"
        />
      </div>
      {note ? (
        <p id={`${id}-note`} className={`mt-1.5 text-[0.8125rem] ${problem ? "text-failure" : "text-ink-faint"}`}>
          {note}
        </p>
      ) : null}
    </div>
  );
}
