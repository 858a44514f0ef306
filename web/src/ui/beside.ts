/** Pixels between a panel, its button and the edges of the window. */
const gap = 8;

/**
 * Puts a panel of the platform, which is shown in the top layer, below its button, or above where there is no room,
 * with the edge of one at that of the other. It never leaves the window.
 */
export function putBeside(panel: HTMLElement, button: HTMLElement, edge: "left" | "right"): void {
  const from = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const left = edge === "left" ? from.left - gap : from.right - panel.offsetWidth;
  const fitsBelow = from.bottom + gap + panel.offsetHeight <= clientHeight;
  const top = fitsBelow ? from.bottom + gap / 2 : Math.max(gap, from.top - panel.offsetHeight - gap / 2);
  panel.style.left = `${Math.max(gap, Math.min(left, clientWidth - panel.offsetWidth - gap))}px`;
  panel.style.top = `${top}px`;
}
