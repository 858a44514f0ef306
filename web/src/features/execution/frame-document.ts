/** Wraps rich output in a document of its own, for a frame with an opaque origin. */

const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
].join("; ");

const colours = {
  light: { scheme: "light", ink: "#1d1c1a", line: "#e6e2dc", faint: "#6a655e" },
  dark: { scheme: "dark", ink: "#ececea", line: "#2c2f36", faint: "#9a9da5" },
};

export function frameDocument(html: string, theme: "light" | "dark"): string {
  const { scheme, ink, line, faint } = colours[theme];
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<style>:root{color-scheme:${scheme}}body{margin:12px 16px;font:14px/1.5 system-ui,sans-serif;color:${ink};background:transparent}
table{border-collapse:collapse}th,td{padding:4px 10px;border-bottom:1px solid ${line};text-align:left}th{color:${faint};font-weight:550}
img,svg{max-width:100%;height:auto}</style></head><body>${html}</body></html>`;
}

/** Pixels. The frame cannot tell how tall it is, so this guesses from its source; the reader can drag it. */
export function frameHeight(html: string): number {
  const drawn = /<svg[^>]*?\sheight="(\d+(?:\.\d+)?)(?:px)?"/i.exec(html);
  const box = /<svg[^>]*?\sviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"/i.exec(html);
  const rows = html.match(/<(?:tr|p|li|h[1-6]|br|pre)\b/gi)?.length ?? 0;
  const svg = drawn ? Number(drawn[1]) : box ? Math.min(Number(box[2]), (Number(box[2]) / Number(box[1])) * 640) : 0;
  const scripted = /<script\b/i.test(html) ? 320 : 0;
  return Math.round(Math.min(560, Math.max(64, svg + 40, rows * 31 + 32, scripted)));
}
