import { useCallback, useEffect, useRef, useState } from "react";

/**
 * Keeps the end of a growing list in view for a reader who is there, and leaves one who reads further up alone.
 * `content` is what grows, and `end` what stands behind it.
 */
export function useEnd() {
  const content = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [isThere, setIsThere] = useState(true);
  const there = useRef(true);
  const go = useCallback(() => end.current?.scrollIntoView({ block: "end" }), []);
  useEffect(() => {
    const [grows, stands] = [content.current, end.current];
    if (!grows || !stands || typeof IntersectionObserver === "undefined" || typeof ResizeObserver === "undefined") return;
    // Sizes are told before what is in view, so that a reader at the end is still there when it has moved.
    const sizes = new ResizeObserver(() => {
      if (there.current) go();
    });
    const view = new IntersectionObserver((entries) => {
      const last = entries.at(-1);
      // A list that is hidden has no end to be away from.
      if (!last || stands.offsetParent === null) return;
      there.current = last.isIntersecting;
      setIsThere(last.isIntersecting);
    });
    sizes.observe(grows);
    view.observe(stands);
    return () => {
      sizes.disconnect();
      view.disconnect();
    };
  }, [go]);
  return { content, end, isThere, go };
}
