/** Work that waits until its element is about to be seen: a page of a thousand pieces does that of a few. */

/** How far outside the window an element counts as about to be seen. */
const margin = "800px";

const waiting = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | null = null;

/** Calls once when the element comes near the window; at once where that cannot be observed. Returns how to call it off. */
export function whenNear(element: Element | null, call: () => void): () => void {
  if (!element || typeof IntersectionObserver === "undefined") {
    call();
    return () => undefined;
  }
  observer ??= new IntersectionObserver(look, { rootMargin: margin });
  waiting.set(element, call);
  observer.observe(element);
  return () => forget(element);
}

function look(entries: readonly IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    const call = waiting.get(target);
    forget(target);
    call?.();
  }
}

function forget(element: Element): void {
  waiting.delete(element);
  observer?.unobserve(element);
}
