import { useId, useState, type FormEvent, type KeyboardEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { say, type AgentSession } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { useAct } from "./agent-queries.ts";
import { useSessionContext } from "./session-context.ts";

/** What somebody says next. It stays in the field until the server has it. */
export function Composer({ session, onSent }: { session: AgentSession; onSent: () => void }) {
  const id = useId();
  const { closed } = useSessionContext();
  const [text, setText] = useState("");
  const send = useAct(say, session.id);
  const canSend = text.trim() !== "" && closed === null;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!canSend || send.isPending) return;
    // What is typed while it is being sent belongs to the next message.
    const sent = text;
    const onSuccess = () => {
      setText((now) => (now.startsWith(sent) ? now.slice(sent.length).trimStart() : now));
      onSent();
    };
    send.mutate({ text: sent }, { onSuccess });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form onSubmit={submit} aria-label="Message">
      {send.isError ? <Notice className="mb-2">{messageOf(send.error)} What you wrote is still here.</Notice> : null}
      <div className="flex items-end gap-2 rounded-2xl border border-line-strong/60 bg-surface p-2 shadow-card focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent">
        <label htmlFor={id} className="sr-only">
          Message to the agent
        </label>
        <textarea
          id={id}
          value={text}
          rows={1}
          disabled={closed !== null}
          enterKeyHint="send"
          placeholder={closed ?? placeholderOf(session)}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-48 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-1.5 text-[0.9375rem] text-ink outline-none placeholder:text-ink-faint"
        />
        <Button type="submit" look="primary" icon="up" disabled={!canSend} busy={send.isPending}>
          Send
        </Button>
      </div>
    </form>
  );
}

function placeholderOf({ running, queue, plan }: AgentSession): string {
  if (running !== null || queue.length > 0) return "Say something; it is queued";
  return plan === null ? "Say what is to be done" : "Ask, or say what the plan should be";
}
