import type { ReactNode } from "react";
import { BlankSlate } from "./blank-slate.tsx";
import { Button } from "./button.tsx";
import { ListFailure, ListSkeleton } from "./list-card.tsx";

/** What a list needs of a query that loads it page by page. */
interface PagedQuery<Item> {
  data: { pages: readonly { items: readonly Item[] }[] } | undefined;
  error: Error | null;
  isPending: boolean;
  isFetching: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

interface PagedListProps<Item> {
  query: PagedQuery<Item>;
  /** What is said while the first page is on its way. */
  loading: string;
  /** The title where the list is what the page is for and could not be loaded; the reason alone without one. */
  failure?: string;
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

/** The entries of all pages so far. */
export function itemsOf<Item>({ data }: Pick<PagedQuery<Item>, "data">): Item[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** A list that is loaded page by page: on its way, out of reach, empty, or there with a button for more. */
export function PagedList<Item>({ query, loading, failure, empty, children }: PagedListProps<Item>) {
  const items = itemsOf(query);
  if (query.isPending) return <ListSkeleton label={loading} />;
  if (items.length > 0) {
    return (
      <>
        {children(items)}
        {query.hasNextPage ? (
          <div className="mt-6 text-center">
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more
            </Button>
          </div>
        ) : null}
      </>
    );
  }
  if (!query.error) return empty;
  const retry = () => void query.refetch();
  if (failure === undefined) return <ListFailure error={query.error} busy={query.isFetching} onRetry={retry} />;
  return (
    <BlankSlate
      icon="alert"
      title={failure}
      action={
        <Button icon="retry" busy={query.isFetching} onClick={retry}>
          Try again
        </Button>
      }
    >
      {query.error.message}
    </BlankSlate>
  );
}
