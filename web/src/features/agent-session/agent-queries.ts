/** What is asked of the server about sessions, and what is done to one. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError } from "@/api/errors.ts";
import { pause } from "@/api/events.ts";
import { ask, type Document } from "@/api/graphql.ts";
import { graphqlSocket } from "@/api/graphql-socket.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { AgentSession, AgentSessionSummary, NewAgentSession } from "@/api/__generated__/agents.ts";

/** How long somebody who types may rest before their words are looked for. */
const restMs = 120;

export type Shelf = "active" | "archived";

export const viewerQuery = queryOptions({
  queryKey: ["agents", "viewer"],
  queryFn: async ({ signal }) => (await ask(documents.viewer, {}, signal)).viewer,
});

export const repositoriesQuery = queryOptions({
  queryKey: ["agents", "repositories"],
  queryFn: async ({ signal }) => (await ask(documents.repositories, {}, signal)).repositories,
});

export const personasQuery = queryOptions({
  queryKey: ["agents", "personas"],
  queryFn: async ({ signal }) => (await ask(documents.personas, {}, signal)).personas,
});

export const modelsQuery = queryOptions({
  queryKey: ["agents", "models"],
  queryFn: async ({ signal }) => (await ask(documents.models, {}, signal)).models,
});

export const templatesQuery = queryOptions({
  queryKey: ["agents", "templates"],
  queryFn: async ({ signal }) => (await ask(documents.templates, {}, signal)).templates,
});

export const agentSessionsQuery = (shelf: Shelf, search: string) =>
  infiniteQueryOptions({
    queryKey: ["agents", "sessions", shelf, search],
    queryFn: async ({ pageParam, signal }) => {
      if (search !== "") await pause(restMs, signal);
      signal.throwIfAborted();
      return (await ask(documents.agentSessions, { archived: shelf === "archived", search: search || null, after: pageParam }, signal)).agentSessions;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // What was found before stays until then.
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const agentSessionQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", "session", id],
    queryFn: async ({ signal }) => {
      const { agentSession } = await ask(documents.agentSession, { id }, signal);
      if (!agentSession) throw new ApiError({ title: "this session is not here", status: 404, code: "not_found" });
      return agentSession;
    },
    staleTime: 0,
  });

export const peopleQuery = (search: string) =>
  queryOptions({
    queryKey: ["agents", "people", search],
    queryFn: async ({ signal }) => {
      await pause(restMs, signal);
      signal.throwIfAborted();
      return (await ask(documents.people, { search }, signal)).people;
    },
    enabled: search !== "",
    placeholderData: keepPreviousData,
  });

/** `commit` is what the step's changes are in: another one, another diff. */
export const stepDiffQuery = (session: string, step: string, commit: string | null) =>
  queryOptions({
    queryKey: ["agents", "diff", session, step, commit],
    queryFn: async ({ signal }) => (await ask(documents.stepDiff, { session, step }, signal)).stepDiff,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Keeps the newest: an answer may come after the news of what happened since. */
function keep(queries: QueryClient, session: AgentSession): void {
  queries.setQueryData(agentSessionQuery(session.id).queryKey, (known) => (known && known.seq > session.seq ? known : session));
}

/** Follows a session while its page is shown. */
export function useLiveSession(id: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const subscription = graphqlSocket.subscribe(documents.agentSessionChanged, () => ({ session: id }), {
      next: ({ agentSessionChanged }) => keep(queries, agentSessionChanged),
      refused: () => undefined,
      // What changed meanwhile may not be told again.
      interrupted: (is) => void (is || queries.invalidateQueries({ queryKey: agentSessionQuery(id).queryKey })),
    });
    return () => subscription.end();
  }, [id, queries]);
}

const sessionLists = { queryKey: ["agents", "sessions"] };

/** Puts a session where its list has it, under whoever points at it; false where no list has it. */
export function putInPlace(queries: QueryClient, session: AgentSessionSummary): boolean {
  let found = false;
  queries.setQueriesData<SessionLists>(sessionLists, (known) => {
    const at = known?.pages.findIndex((page) => page.items.some((it) => it.id === session.id && isArchived(it) === isArchived(session)));
    if (!known || at === undefined || at < 0) return known;
    found = true;
    return { ...known, pages: known.pages.map((page, other) => (other === at ? { ...page, items: page.items.map((it) => (it.id === session.id ? session : it)) } : page)) };
  });
  return found;
}

type SessionLists = InfiniteData<{ items: AgentSessionSummary[]; next: string | null }>;

const isArchived = ({ lifecycle }: AgentSessionSummary) => lifecycle === "ARCHIVED";

/** Lists follow what changes, and what appears. */
export function useLiveSessions(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const renew = () => void queries.invalidateQueries(sessionLists);
    const subscription = graphqlSocket.subscribe(documents.agentSessionsChanged, () => ({}), {
      next: ({ agentSessionsChanged }) => void (putInPlace(queries, agentSessionsChanged) || renew()),
      refused: () => undefined,
      interrupted: (is) => void (is || renew()),
    });
    return () => subscription.end();
  }, [queries]);
}

/** `onOpen` is told even if the form is gone: the list may hear of the session before whoever opened it. */
export function useOpenSession(onOpen: (session: AgentSession) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (input: NewAgentSession) => (await ask(documents.openAgentSession, { input })).session,
    onSuccess: (session) => {
      keep(queries, session);
      onOpen(session);
    },
  });
}

/** Does something to a session, whose answer is the session after it. */
export function useAct<Variables extends { session: string }>(document: Document<{ session: AgentSession }, Variables>, session: string) {
  const queries = useQueryClient();
  return useMutation({
    // The session of the page goes with each.
    mutationFn: async (variables: Omit<Variables, "session">) => (await ask(document, { ...variables, session } as Variables)).session,
    onSuccess: (answer) => keep(queries, answer),
    // Somebody else did something: the page shows it, and then the reader decides anew.
    onError: (error) => {
      if (error instanceof ApiError && error.status === 409) void queries.invalidateQueries({ queryKey: agentSessionQuery(session).queryKey });
    },
  });
}
