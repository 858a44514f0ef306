import { useCallback, useState } from "react";

const key = (runbook: string) => `runbook.folds.${runbook}`;

/** Which sections of a document are folded, remembered by this browser. */
export function useFolds(runbook: string): { folded: ReadonlySet<string>; toggle: (slug: string) => void; unfold: (slugs: readonly string[]) => void } {
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => load(runbook));
  const change = useCallback(
    (to: (before: ReadonlySet<string>) => ReadonlySet<string>) =>
      setFolded((before) => {
        const after = to(before);
        keep(runbook, after);
        return after;
      }),
    [runbook],
  );
  const toggle = useCallback(
    (slug: string) =>
      change((before) => {
        const after = new Set(before);
        if (!after.delete(slug)) after.add(slug);
        return after;
      }),
    [change],
  );
  const unfold = useCallback((slugs: readonly string[]) => change((before) => new Set([...before].filter((slug) => !slugs.includes(slug)))), [change]);
  return { folded, toggle, unfold };
}

function load(runbook: string): ReadonlySet<string> {
  try {
    const slugs: unknown = JSON.parse(localStorage.getItem(key(runbook)) ?? "[]");
    return new Set(Array.isArray(slugs) ? slugs.filter((it) => typeof it === "string") : []);
  } catch {
    return new Set();
  }
}

function keep(runbook: string, folded: ReadonlySet<string>): void {
  try {
    if (folded.size === 0) localStorage.removeItem(key(runbook));
    else localStorage.setItem(key(runbook), JSON.stringify([...folded]));
  } catch {
    // Folds that are not remembered still fold.
  }
}
