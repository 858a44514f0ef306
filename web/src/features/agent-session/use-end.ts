import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/**
 * Keeps the end of a growing list in view for a reader who is there, and leaves one who reads further up alone. Looked
 * after whenever its component is drawn. */
export function useEnd(shown: boolean) {
  const end = useRef<HTMLDivElement>(null);
  const [isThere, setIsThere] = useState(true);
  useEffect(() => {
    const element = end.current;
    if (!element || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => {
      // A pane that is hidden has no end to be away from.
      if (entry && element.offsetParent !== null) setIsThere(entry.isIntersecting);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const go = useCallback(() => end.current?.scrollIntoView({ block: "end" }), []);
  useLayoutEffect(() => {
    if (isThere && shown) go();
  });
  return { end, isThere, go };
}
