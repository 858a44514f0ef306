import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "@/api/client.ts";
import type { Block, Runbook } from "@/api/schema.ts";
import { firstList, type CellList } from "./cells/cell-list.ts";
import type { Editing } from "./cells/editing.ts";
import { runbookQuery } from "./runbook-queries.ts";

export interface LiveEditing {
  editing: Editing | null;
  list: CellList;
  /** Has everything typed stored, and gives the blocks as the server has them then. */
  latest: () => Promise<readonly Block[]>;
}

/** The cells of the page's runbook and, where it may be edited, its live text, which is loaded behind the page. */
export function useLiveEditing(runbook: Runbook): LiveEditing {
  const { id, editable, content, blocks } = runbook;
  const queries = useQueryClient();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [history, setHistory] = useState(0);
  const current = useRef<Editing | null>(null);
  // Once there is a live text, its cells are the ones that count.
  const read = useMemo(() => (editing ? null : firstList(content, blocks)), [editing, content, blocks]);
  const begin = useRef({ runbook, read });
  useEffect(() => {
    if (read) begin.current = { runbook, read };
  }, [runbook, read]);

  useEffect(() => {
    if (!editable) return;
    let ended = false;
    let close = () => undefined as void;
    const start = async () => {
      const [{ LiveText }, { Editing: Store }] = await Promise.all([import("./text/live-text.ts"), import("./cells/editing.ts")]);
      if (ended) return;
      const { queryKey } = runbookQuery(id);
      const onSaved = (saved: Runbook) =>
        // The session has updates of its own, which may be newer.
        queries.setQueryData(queryKey, (known) => ({ ...saved, session: known ? known.session : saved.session }));
      const live = new LiveText(begin.current.runbook, api.liveText(id), { onSaved, onReplaced: () => setHistory((before) => before + 1) });
      const store = new Store(live, begin.current.read ?? undefined);
      const retry = () => live.retry();
      const lose = () => live.lose();
      const keep = () => live.keepNow();
      const ask = (event: BeforeUnloadEvent) => {
        if (live.atRisk) event.preventDefault();
      };
      addEventListener("online", retry);
      addEventListener("offline", lose);
      addEventListener("beforeunload", ask);
      addEventListener("pagehide", keep);
      close = () => {
        removeEventListener("online", retry);
        removeEventListener("offline", lose);
        removeEventListener("beforeunload", ask);
        removeEventListener("pagehide", keep);
        store.close();
        live.close();
      };
      current.current = store;
      setEditing(store);
      live.start();
    };
    void start();
    return () => {
      ended = true;
      current.current = null;
      setEditing(null);
      close();
    };
    // A text whose history began anew needs an editor that begins anew.
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies
  }, [id, editable, queries, history]);

  const list = useSyncExternalStore(editing?.subscribe ?? never, () => editing?.list ?? read ?? nothing);
  const shown = useRef(blocks);
  useEffect(() => {
    shown.current = blocks;
  }, [blocks]);
  const [latest] = useState(() => async () => (await current.current?.latest()) ?? shown.current);
  return { editing, list, latest };
}

const nothing: CellList = { text: "", cells: [], spans: [] };
const never = () => () => undefined;
