/** Which parts of a session are open beside the document. They are the tab's, and close with the session. */
import { create } from "zustand";

interface Desk {
  files: boolean;
  terminal: boolean;
}

export const useDesk = create<Desk>(() => ({ files: false, terminal: false }));

export function toggle(part: keyof Desk): void {
  useDesk.setState((desk) => ({ [part]: !desk[part] }));
}

export function close(part: keyof Desk): void {
  useDesk.setState({ [part]: false });
}
