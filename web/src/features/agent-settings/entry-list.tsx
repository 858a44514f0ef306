import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ComponentType, type ReactNode } from "react";
import { Button } from "@/ui/button.tsx";
import { ListCard, ListEmpty, ListFailure, ListSkeleton } from "@/ui/list-card.tsx";

interface EntryListProps<Entry> {
  /** What one of them is called: "persona". */
  noun: string;
  intro: ReactNode;
  query: UseQueryResult<Entry[]>;
  empty: string;
  /** Above the list, such as a search. */
  tools?: ReactNode;
  children: (entry: Entry, onEdit: () => void) => ReactNode;
  /** The form of a new entry (null), or of one that is there. */
  form: ComponentType<EntryFormProps<Entry>>;
}

export interface EntryFormProps<Entry> {
  entry: Entry | null;
  onClose: () => void;
}

/** One kind of things that people keep for their agents: a list, and a form for each. */
export function EntryList<Entry>({ noun, intro, query, empty, tools, children, form: Form }: EntryListProps<Entry>) {
  const [edited, setEdited] = useState<{ entry: Entry | null } | null>(null);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72 text-sm text-pretty text-ink-faint">{intro}</div>
        <Button look="primary" icon="plus" onClick={() => setEdited({ entry: null })}>
          New {noun}
        </Button>
      </div>
      {tools}
      {query.isPending ? <ListSkeleton label="Loading" /> : null}
      {query.isError && !query.data ? <ListFailure error={query.error} busy={query.isFetching} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <ListEmpty>{empty}</ListEmpty> : null}
      {query.data && query.data.length > 0 ? <ListCard>{query.data.map((entry) => children(entry, () => setEdited({ entry })))}</ListCard> : null}
      {edited === null ? null : <Form entry={edited.entry} onClose={() => setEdited(null)} />}
    </>
  );
}
