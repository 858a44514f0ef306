import { lazy, Suspense, useEffect, useState } from "react";
import { IconButton } from "@/ui/button.tsx";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

/** Apple's keyboards have a key of their own for commands; Ctrl moves within text there. */
const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Opens the palette by its button and by Ctrl+K. */
export function PaletteOpener() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(isApple ? event.metaKey : event.ctrlKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    // Before an editor takes the key for itself.
    addEventListener("keydown", onKey, { capture: true });
    return () => removeEventListener("keydown", onKey, { capture: true });
  }, []);
  return (
    <>
      <IconButton icon="search" label={`Jump to (${isApple ? "⌘" : "Ctrl+"}K)`} onClick={() => setOpen(true)} />
      {open ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
