// Tells the page how tall rich output is. The one script that its frame may load; see frame-document.ts.
const root = document.documentElement;
new ResizeObserver(() => {
  const scrollbar = innerHeight - root.clientHeight;
  parent.postMessage({ frameHeight: Math.ceil(root.getBoundingClientRect().height) + scrollbar }, "*");
}).observe(root);
