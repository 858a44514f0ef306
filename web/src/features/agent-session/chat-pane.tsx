import { memo, useState } from "react";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";
import { AgentProse } from "./agent-prose.tsx";
import { firstShown, type ChatItem } from "./chat-item.ts";
import { ChatItemView } from "./chat-item-view.tsx";
import type { Draft } from "./chat-state.ts";
import { Composer } from "./composer.tsx";
import { ChoiceCard } from "./choice-card.tsx";
import { RunningBar } from "./running-bar.tsx";
import { useChat } from "./use-chat.ts";
import { useEnd } from "./use-end.ts";

/** How many items of a chat are drawn before somebody asks for more. */
const itemsAtOnce = 200;

/** What was said and done, and what is to be said next. */
export function ChatPane({ session, shown }: { session: AgentSession; shown: boolean }) {
  const view = useChat(session.id);
  const { content, end, isThere, go } = useEnd();
  return (
    <section aria-label="Chat" className={`flex min-h-0 min-w-0 flex-1 flex-col ${shown ? "" : "max-lg:hidden"}`}>
      <h2 className="sr-only">Chat</h2>
      <div className="min-h-0 flex-1 pt-3 lg:overflow-y-auto lg:pr-1">
        <div ref={content}>
          {view?.refusal ? <Notice>{view.refusal.message}</Notice> : null}
          {view === null || (view.chat.seq === 0 && !view.refusal) ? <ChatSkeleton /> : <Items items={view.chat.items} />}
          <Drafts drafts={view?.chat.drafts ?? []} />
          {session.choiceAfter === null ? null : <ChoiceCard after={session.choiceAfter} />}
        </div>
        <div ref={end} className="h-3 scroll-mb-48 lg:scroll-mb-0" />
      </div>
      <div className="sticky bottom-0 z-10 -mx-4 bg-paper px-4 pb-4 sm:-mx-6 sm:px-6 lg:mx-0 lg:px-0">
        {isThere ? null : (
          <div className="pointer-events-none absolute inset-x-0 -top-11 flex justify-center">
            <Button size="small" icon="arrowDown" onClick={go} className="pointer-events-auto shadow-high">
              Latest
            </Button>
          </div>
        )}
        {view?.interrupted ? (
          <p role="status" className="py-1.5 text-[0.8125rem] text-warning">
            The connection dropped; it is being made again. Nothing is lost.
          </p>
        ) : null}
        <RunningBar session={session} />
        <Composer session={session} onSent={go} />
      </div>
    </section>
  );
}

/** Items change rarely while a text is being written. Of a long chat, what is further back is drawn for whoever asks. */
const Items = memo(function Items({ items }: { items: readonly ChatItem[] }) {
  const [most, setMost] = useState(itemsAtOnce);
  const from = firstShown(items, most);
  return (
    <>
      {from > 0 ? (
        <div className="mb-3 text-center">
          <Button size="small" onClick={() => setMost(items.length - from + itemsAtOnce)}>
            Show earlier
          </Button>
        </div>
      ) : null}
      <ol aria-label="What was said and done" className="space-y-3">
        {items.slice(from).map((item) => (
          <li key={item.seq} className="[contain-intrinsic-size:auto_5rem] [content-visibility:auto]">
            <ChatItemView item={item} />
          </li>
        ))}
      </ol>
    </>
  );
});

function Drafts({ drafts }: { drafts: readonly Draft[] }) {
  return (
    <div className="mt-3 space-y-3">
      {drafts.map((draft) =>
        draft.speaker === "AGENT" ? (
          <AgentProse key={`${draft.fence} ${draft.speaker}`} source={draft.text} />
        ) : (
          <p key={`${draft.fence} ${draft.speaker}`} className="line-clamp-3 text-[0.8125rem] whitespace-pre-wrap text-ink-faint italic">
            {draft.text.slice(-600)}
          </p>
        ),
      )}
    </div>
  );
}

function ChatSkeleton() {
  return (
    <div role="status" className="space-y-4">
      <span className="sr-only">Loading the chat</span>
      <Skeleton className="ml-auto h-12 w-3/5 rounded-xl" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}
