import { useState, type FormEvent } from "react";
import { messageOf } from "@/api/errors.ts";
import { commentStep, resolveComment, type Comment } from "@/api/__generated__/agents.ts";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { useAct } from "./agent-queries.ts";
import { useSessionContext } from "./session-context.ts";
import { iso } from "./session-words.ts";
import { tellFailure } from "./tell-failure.ts";

interface StepCommentsProps {
  step: string;
  comments: readonly Comment[];
  /** Somebody writes one. */
  commenting: boolean;
  onDone: () => void;
}

/** What people said about a step. Whoever carries it out is told. */
export function StepComments({ step, comments, commenting, onDone }: StepCommentsProps) {
  if (comments.length === 0 && !commenting) return null;
  return (
    <div className="mt-3 space-y-2 border-t border-line pt-3">
      {comments.map((comment) => (
        <CommentRow key={comment.id} comment={comment} />
      ))}
      {commenting ? <CommentForm step={step} onDone={onDone} /> : null}
    </div>
  );
}

function CommentRow({ comment }: { comment: Comment }) {
  const { id, closed } = useSessionContext();
  const resolve = useAct(resolveComment, id);
  return (
    <div className="flex items-start gap-2 text-sm">
      <div className="min-w-0 flex-1">
        <p className="text-xs text-ink-faint">
          {comment.by.name} · <TimeAgo at={iso(comment.at)} />
        </p>
        <p className="break-words whitespace-pre-wrap text-ink">{comment.text}</p>
      </div>
      <Button
        size="small"
        icon="check"
        disabled={closed !== null}
        busy={resolve.isPending}
        onClick={() => resolve.mutate({ comment: comment.id }, { onError: tellFailure })}
      >
        Resolve
      </Button>
    </div>
  );
}

function CommentForm({ step, onDone }: { step: string; onDone: () => void }) {
  const { id } = useSessionContext();
  const [text, setText] = useState("");
  const send = useAct(commentStep, id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "" && !send.isPending) send.mutate({ step, text: text.trim() }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="space-y-2">
      {send.isError ? <Notice>{messageOf(send.error)}</Notice> : null}
      <TextArea label={`Comment on step ${step}`} rows={2} value={text} onChange={(event) => setText(event.target.value)} />
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" look="primary" size="small" disabled={text.trim() === ""} busy={send.isPending}>
          Comment
        </Button>
      </div>
    </form>
  );
}
