/** Light or dark: follows the system until the reader chooses, then remembers the choice. */
import { create } from "zustand";
import { IconButton } from "./button.tsx";

type Theme = "light" | "dark";

/** Also read by public/theme.js before the first paint. */
const key = "runbook.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

const current = (): Theme => chosen() ?? (system.matches ? "dark" : "light");

export const useTheme = create<{ theme: Theme }>(() => ({ theme: current() }));

function show(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  useTheme.setState({ theme });
}

system.addEventListener("change", () => show(current()));

function choose(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  show(theme);
}

export function ThemeToggle() {
  const theme = useTheme((store) => store.theme);
  const other = theme === "dark" ? "light" : "dark";
  return <IconButton icon={other === "dark" ? "moon" : "sun"} label={`Switch to ${other} theme`} onClick={() => choose(other)} />;
}
