import { createContext, use, useSyncExternalStore } from "react";
import type { Session } from "@/api/schema.ts";
import type { Editing } from "./cells/editing.ts";

export interface EditingContext {
  /** Null for a reader who may not edit, and until the live text has been set up. */
  editing: Editing | null;
  /** Asked when it is needed: who edits need not hear of each change of the session. */
  session: () => Session | null;
}

export const EditingContext = createContext<EditingContext>({ editing: null, session: () => null });

export type CellMode = "edit" | "selected" | "none";

export function useEditing(): EditingContext {
  return use(EditingContext);
}

/** Whether a cell is being edited, selected, or neither. Renders again only when that changes. */
export function useCellMode(editing: Editing | null, id: string): CellMode {
  const mode = () => {
    if (editing?.edited === id) return "edit";
    return editing?.selected === id ? "selected" : "none";
  };
  return useSyncExternalStore(editing?.subscribe ?? never, mode);
}

const never = () => () => undefined;
