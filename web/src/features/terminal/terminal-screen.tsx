import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";
import { useEffect, useRef } from "react";
import type { TerminalPlace } from "@/api/client.ts";
import { useTheme } from "@/ui/theme.tsx";
import { TerminalLink, type LinkState } from "./terminal-link.ts";

interface TerminalScreenProps {
  place: TerminalPlace;
  /** Null opens a new one. */
  terminal: number | null;
  shown: boolean;
  screenReader: boolean;
  label: string;
  onOpened: (id: number) => void;
  onState: (state: LinkState) => void;
  /** The reader wants to leave by the keyboard. */
  onLeave: () => void;
  /** Whether keys are the terminal's once it is shown; what is typed elsewhere stays there. */
  takesKeys: () => boolean;
}

/** Lines that can be scrolled back to. */
const scrollback = 5_000;

/** What xterm draws of one terminal. */
export function TerminalScreen({ place, terminal, shown, screenReader, label, onOpened, onState, onLeave, takesKeys }: TerminalScreenProps) {
  const frame = useRef<HTMLDivElement>(null);
  const screen = useRef<{ xterm: Terminal; fit: FitAddon } | null>(null);
  const theme = useTheme((store) => store.theme);
  // What the terminal tells outlives the render that it was made in.
  const told = useRef({ onOpened, onState, onLeave, takesKeys });
  useEffect(() => {
    told.current = { onOpened, onState, onLeave, takesKeys };
  });
  // Which shell this is is decided once: a new one that was opened does not begin again.
  const first = useRef(terminal);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const xterm = new Terminal({
      scrollback,
      fontFamily: styleOf("--font-mono") || "monospace",
      fontSize: 13,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      theme: themeOf(useTheme.getState().theme),
    });
    const fit = new FitAddon();
    xterm.loadAddon(fit);
    xterm.open(element);
    fit.fit();
    screen.current = { xterm, fit };
    const size = () => ({ rows: xterm.rows, columns: xterm.cols });
    const link = new TerminalLink(place, first.current, size(), {
      output: (bytes, done) => xterm.write(bytes, done),
      begin: () => xterm.reset(),
      opened: (id) => {
        first.current = id;
        told.current.onOpened(id);
      },
      state: (state) => told.current.onState(state),
    });
    const encoder = new TextEncoder();
    xterm.onData((text) => link.type(encoder.encode(text)));
    xterm.onBinary((text) => link.type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    xterm.onResize(() => link.resize(size()));
    xterm.attachCustomKeyEventHandler((event) => handleKey(event, xterm, () => told.current.onLeave()));
    const observer = new ResizeObserver(() => {
      if (element.offsetParent !== null) fit.fit();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      link.close();
      xterm.dispose();
      screen.current = null;
    };
  }, [place]);

  useEffect(() => {
    const now = screen.current;
    if (!now) return;
    now.xterm.options.theme = themeOf(theme);
  }, [theme]);
  useEffect(() => {
    const now = screen.current;
    if (!now) return;
    now.xterm.options.screenReaderMode = screenReader;
    now.xterm.textarea?.setAttribute("aria-label", `${label}, type here`);
  }, [screenReader, label]);
  useEffect(() => {
    const now = screen.current;
    if (!now || !shown) return;
    now.fit.fit();
    if (told.current.takesKeys()) now.xterm.focus();
  }, [shown]);

  return <div ref={frame} data-terminal={terminal ?? "new"} className={`absolute inset-0 px-3 py-2 ${shown ? "" : "invisible"}`} />;
}

/** Whether xterm should see a key. Copying and pasting are the browser's, and Shift+Escape leaves. */
function handleKey(event: KeyboardEvent, xterm: Terminal, leave: () => void): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (event.key === "Escape" && event.shiftKey) {
    if (event.type === "keydown") leave();
    return false;
  }
  if (command && key === "c" && xterm.hasSelection()) {
    if (event.type === "keydown") {
      void navigator.clipboard?.writeText(xterm.getSelection());
      xterm.clearSelection();
      event.preventDefault();
    }
    return false;
  }
  // Left alone, the browser pastes, and xterm hears of that.
  return !(command && key === "v");
}

const named = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

function themeOf(theme: "light" | "dark"): ITheme {
  const colours: ITheme = {
    background: styleOf("--surface"),
    foreground: styleOf("--ink"),
    cursor: styleOf("--accent"),
    cursorAccent: styleOf("--surface"),
    selectionBackground: `${styleOf("--accent")}${theme === "dark" ? "55" : "33"}`,
  };
  for (const [at, name] of named.entries()) {
    colours[name] = styleOf(`--ansi-${at}`);
    colours[`bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as "brightRed"] = styleOf(`--ansi-${at + 8}`);
  }
  return colours;
}

function styleOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
