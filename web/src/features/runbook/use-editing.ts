import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import { hasCode, messageOf } from "@/api/errors.ts";
import type { Runbook } from "@/api/schema.ts";
import { toast } from "@/ui/toasts.tsx";
import { differs, dropDraft, keepDraft, loadDraft, type Draft } from "./draft.ts";
import { useSaveRunbook } from "./runbook-queries.ts";

export interface Editing {
  draft: Draft;
  dirty: boolean;
  /** The text came from this browser's storage, not from the server. */
  restored: boolean;
  saving: boolean;
  problem: string | null;
  /** What someone else saved meanwhile, while the reader decides. */
  theirs: Runbook | null;
  change: (change: Partial<Pick<Draft, "title" | "content">>) => void;
  save: () => void;
  discard: () => void;
  keepMine: () => void;
  loadTheirs: () => void;
}

/** The life of one editing: draft, save, and what to do when someone else saved first. */
export function useEditing(runbook: Runbook, onText: (text: string) => void): Editing {
  const [stored, setStored] = useState<Draft>(() => draftOf(runbook));
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = loadDraft(runbook.id);
    return differs(kept, runbook) ? kept : draftOf(runbook);
  });
  const [restored, setRestored] = useState(() => differs(loadDraft(runbook.id), runbook));
  const [theirs, setTheirs] = useState<Runbook | null>(null);
  const save = useSaveRunbook(runbook.id);
  const dirty = differs(draft, stored);

  useEffect(() => {
    if (dirty) keepDraft(runbook.id, draft);
    else dropDraft(runbook.id);
  }, [dirty, draft, runbook.id]);

  const submit = (sent: Draft) => {
    if (save.isPending) return;
    save.mutate(sent, {
      onSuccess: (saved) => {
        setStored(draftOf(saved));
        // Text typed while the request was under way stays, based on what was just saved.
        setDraft((now) => ({ ...now, title: now.title === sent.title ? saved.title : now.title, revision: saved.revision }));
        setRestored(false);
        toast("Saved.");
      },
      onError: (error) => {
        if (!hasCode(error, "revision_conflict")) return;
        api.runbook(runbook.id).then(setTheirs, (failure: unknown) => toast(messageOf(failure), "failure"));
      },
    });
  };

  const adopt = (version: Runbook) => {
    setStored(draftOf(version));
    setDraft(draftOf(version));
    setRestored(false);
    setTheirs(null);
    onText(version.content);
  };

  return {
    draft,
    dirty,
    restored,
    saving: save.isPending,
    problem: save.isError && !hasCode(save.error, "revision_conflict") ? messageOf(save.error) : null,
    theirs,
    change: (change) => setDraft((now) => ({ ...now, ...change })),
    save: () => submit(draft),
    discard: () => adopt(runbook),
    keepMine: () => {
      if (!theirs) return;
      setTheirs(null);
      submit({ ...draft, revision: theirs.revision });
    },
    loadTheirs: () => {
      if (!theirs) return;
      adopt(theirs);
      toast("Loaded their version. Undo (Ctrl+Z) brings your text back.");
    },
  };
}

function draftOf({ title, content, revision }: Runbook): Draft {
  return { title, content, revision };
}
