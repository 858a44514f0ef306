/** What of a session is shown. On a phone it is one pane at a time; all stay, with what was typed into them. */
import { useState, type MouseEvent } from "react";

export type Pane = "chat" | "plan" | "terminal";

/** Terminals that somebody opened: by a button, or by moving to their tab. */
interface Opened {
  opener: HTMLElement | null;
}

export function usePanes() {
  const [pane, setPane] = useState<Pane>("chat");
  const [terminal, setTerminal] = useState<Opened | null>(null);
  const choose = (chosen: Pane) => {
    setPane(chosen);
    // Each is as long as it is; where one was read says nothing of the other.
    if (chosen !== "chat") scrollTo({ top: 0 });
    if (chosen === "terminal") setTerminal(terminal ?? { opener: null });
  };
  const toggleTerminal = ({ currentTarget: opener }: MouseEvent<HTMLElement>) => {
    // Not every browser gives the focus to a button that is clicked.
    opener.focus();
    setTerminal(terminal ? null : { opener });
  };
  const closeTerminal = () => {
    setTerminal(null);
    if (pane === "terminal") setPane("chat");
    (terminal?.opener ?? document.getElementById("panes-chat"))?.focus();
  };
  return { pane, choose, terminal, toggleTerminal, closeTerminal };
}
