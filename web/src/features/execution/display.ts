/** Which form of a MIME bundle to show. Bundles come from programs and are not to be trusted. */
import type { DisplayBundle } from "@/api/schema.ts";

export type DisplayForm =
  | { kind: "frame"; text: string }
  | { kind: "image"; url: string; alt: string }
  | { kind: "text"; text: string };

const framed = ["text/html", "image/svg+xml"];
const images = ["image/png", "image/jpeg"];

/** The form to show, or null when none of the types is known. */
export function richest(bundle: DisplayBundle): DisplayForm | null {
  const plain = textOf(bundle["text/plain"]);
  for (const type of framed) {
    const text = textOf(bundle[type]);
    if (text !== null) return { kind: "frame", text };
  }
  for (const type of images) {
    const data = textOf(bundle[type]);
    if (data !== null) return { kind: "image", url: `data:${type};base64,${data.replace(/[^A-Za-z0-9+/=]/g, "")}`, alt: plain ?? "Image output" };
  }
  const json = bundle["application/json"];
  if (json !== undefined) return { kind: "text", text: typeof json === "string" ? json : JSON.stringify(json, null, 2) };
  const text = plain ?? textOf(bundle["text/markdown"]) ?? textOf(bundle["text/latex"]);
  return text === null ? null : { kind: "text", text };
}

/** Jupyter writes long values as lists of lines. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  return null;
}
