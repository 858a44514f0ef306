import { render } from "katex";
import { useLayoutEffect, useRef } from "react";
import { bareTex } from "./tex.ts";

/** A formula as MathML, which browsers draw and screen readers read. What cannot be read as TeX is shown as it is. */
export function Formula({ tex }: { tex: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const { text, display } = bareTex(tex);
    try {
      // Untrusted: no links, no classes, no endless macros.
      render(text, element, { displayMode: display, output: "mathml", trust: false, strict: "ignore", maxExpand: 1_000, maxSize: 20 });
    } catch {
      element.textContent = tex;
    }
  }, [tex]);
  return <div ref={place} className="overflow-x-auto px-4 py-3 whitespace-pre-wrap" />;
}
