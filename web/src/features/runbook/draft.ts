/** Unsaved text, kept in this browser so that neither a reload nor a crash loses it. */

export interface Draft {
  title: string;
  content: string;
  /** The revision that was being edited. */
  revision: number;
}

const key = (runbook: string) => `runbook.draft.${runbook}`;

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function loadDraft(runbook: string, shelf: Shelf = localStorage): Draft | null {
  try {
    const draft: unknown = JSON.parse(shelf.getItem(key(runbook)) ?? "null");
    return isDraft(draft) ? draft : null;
  } catch {
    return null;
  }
}

export function keepDraft(runbook: string, draft: Draft, shelf: Shelf = localStorage): void {
  try {
    shelf.setItem(key(runbook), JSON.stringify(draft));
  } catch {
    // A full or forbidden storage leaves the text in the editor, guarded by the question on leaving.
  }
}

export function dropDraft(runbook: string, shelf: Shelf = localStorage): void {
  try {
    shelf.removeItem(key(runbook));
  } catch {
    // Nothing was kept either.
  }
}

/** True if the draft says anything that the stored document does not. */
export function differs(draft: Draft | null, stored: { title: string; content: string }): draft is Draft {
  return draft !== null && (draft.title !== stored.title || draft.content !== stored.content);
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const draft = value as Record<string, unknown>;
  return typeof draft["title"] === "string" && typeof draft["content"] === "string" && typeof draft["revision"] === "number";
}
