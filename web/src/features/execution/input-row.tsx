import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { Button } from "@/ui/button.tsx";
import { useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import type { ExecutionFeed } from "./execution-feed.ts";
import { asksForInput, type ExecutionState } from "./execution-state.ts";

/** Whoever runs longer than this without a question may still want an answer. */
const patienceMs = 1_500;

/** Whoever has just run the block types on; whoever is elsewhere stays there. */
function focusWhereItsReaderIs(input: HTMLInputElement | null): void {
  if (input?.closest("[data-runnable]")?.contains(document.activeElement)) input.focus();
}

/** Where a reader answers what a running program asks on standard input. */
export function InputRow({ feed, state, name }: { feed: ExecutionFeed; state: ExecutionState; name: string }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const running = state.phase === "running";
  const now = useNow(running ? 500 : null);
  if (!running) return null;
  const asks = asksForInput(state);
  const waited = state.startedAt !== null && now - Date.parse(state.startedAt) > patienceMs;
  if (!asks && !open) {
    return waited ? (
      <p className="px-4 pb-2">
        <button type="button" className="text-[0.8125rem] text-ink-faint underline-offset-2 hover:underline" onClick={() => setOpen(true)}>
          Send input to {name}
        </button>
      </p>
    ) : null;
  }
  const send = (data: string, end: boolean) => {
    feed.write(data, end).catch((error: unknown) => toast(messageOf(error), "failure"));
    setText("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(`${text}\n`, false);
  };
  return (
    <form onSubmit={submit} className="flex items-center gap-2 px-4 pb-3">
      <input
        ref={focusWhereItsReaderIs}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={`Input for ${name}`}
        autoComplete="off"
        spellCheck={false}
        className="code min-w-0 grow rounded-md border border-line bg-surface px-2 py-1 text-[0.8125rem] text-ink"
      />
      <Button size="small" type="submit">
        Send
      </Button>
      <Button size="small" title="Tells the program that nothing follows (Ctrl+D)" onClick={() => send("", true)}>
        End input
      </Button>
    </form>
  );
}
