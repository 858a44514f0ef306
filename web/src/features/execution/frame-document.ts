/** Wraps rich output in a document of its own, for a frame with an opaque origin. */

const colours = {
  light: { scheme: "light", ink: "#1d1c1a", ground: "#f4f2ee", line: "#e6e2dc", faint: "#6a655e" },
  dark: { scheme: "dark", ink: "#ececea", ground: "#16181b", line: "#2c2f36", faint: "#9a9da5" },
};

/** Nothing of the output runs: the scripts come from `origin` and are ours. One measures; `more` are by name. */
export function frameDocument(html: string, theme: "light" | "dark", origin: string, more: readonly string[] = []): string {
  const scripts = ["frame-size.js", ...more].map((name) => `${origin}/${name}`);
  const policy = `default-src 'none'; script-src ${scripts.join(" ")}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:`;
  const { scheme, ink, ground, line, faint } = colours[theme];
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
${scripts.map((script) => `<script defer src="${script}"></script>`).join("")}
<style>:root{color-scheme:${scheme};--line:${line}}body{margin:12px 16px;font:14px/1.5 system-ui,sans-serif;color:${ink};background:${ground}}
table{border-collapse:collapse}th,td{padding:4px 10px;border-bottom:1px solid ${line};text-align:left}th{color:${faint};font-weight:550}
img,svg{max-width:100%;height:auto}</style></head><body>${html}</body></html>`;
}

/** The body of a frame in which `frame-chart.js` draws. The description cannot end its element. */
export function chartBody(spec: object): string {
  const written = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return `<div id="chart"></div><script type="application/json" id="spec">${written}</script>`;
}

/** Pixels that a frame may take; taller output scrolls, and the reader can drag it open. */
const least = 40;
const most = 640;

/** Pixels until the frame has told its own height: a guess that keeps the page from jumping much. */
export function firstHeight(html: string): number {
  const rows = html.match(/<(?:tr|p|li|h[1-6]|br|pre)\b/gi)?.length ?? 0;
  const drawn = /<svg[^>]*?\sheight="(\d+(?:\.\d+)?)(?:px)?"/i.exec(html);
  return within(Math.max(rows * 31, Number(drawn?.[1] ?? 0)) + 32);
}

/** The height in a frame's message, or null if that is not what it says. */
export function toldHeight(message: unknown): number | null {
  if (typeof message !== "object" || message === null || !("frameHeight" in message)) return null;
  return typeof message.frameHeight === "number" && Number.isFinite(message.frameHeight) ? within(message.frameHeight) : null;
}

function within(height: number): number {
  return Math.round(Math.min(most, Math.max(least, height)));
}
