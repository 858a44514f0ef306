/** Which form of a MIME bundle to show. Bundles come from programs and are not to be trusted. */
import type { DisplayBundle } from "@/api/schema.ts";

export type DisplayForm =
  /** A drawing described in Vega-Lite or Vega. */
  | { kind: "chart"; spec: object; alt: string | null }
  | { kind: "frame"; text: string }
  | { kind: "image"; url: string; alt: string }
  | { kind: "formula"; tex: string }
  | { kind: "markdown"; text: string }
  | { kind: "tree"; value: object }
  | { kind: "text"; text: string };

/** As Altair and others name it, of any version: the specification tells its own. */
const chart = /^application\/vnd\.vega(?:lite)?\.v\d+(?:\.\d+)?\+json$/;
const json = /^application\/(?:json|(?:geo|[\w.-]+\+)json)$/;
const framed = ["text/html", "image/svg+xml"];
const images = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** The form to show, or null when none of the types is known. */
export function richest(bundle: DisplayBundle): DisplayForm | null {
  const plain = textOf(bundle["text/plain"]);
  const spec = objectOf(bundle, chart);
  if (spec) return { kind: "chart", spec, alt: plain };
  // A formula may come with a picture of itself, which neither scales nor can be read out.
  const tex = textOf(bundle["text/latex"]);
  if (tex !== null) return { kind: "formula", tex };
  for (const type of framed) {
    const text = textOf(bundle[type]);
    if (text !== null) return { kind: "frame", text };
  }
  for (const type of images) {
    const data = textOf(bundle[type]);
    if (data !== null) return { kind: "image", url: `data:${type};base64,${data.replace(/[^A-Za-z0-9+/=]/g, "")}`, alt: plain ?? "Image output" };
  }
  const markdown = textOf(bundle["text/markdown"]);
  if (markdown !== null) return { kind: "markdown", text: markdown };
  const value = objectOf(bundle, json);
  if (value) return { kind: "tree", value };
  const scalar = bundle["application/json"];
  const text = scalar === undefined ? plain : typeof scalar === "string" ? scalar : JSON.stringify(scalar);
  return text === null ? null : { kind: "text", text };
}

/** What stands under a type that matches. Some programs write JSON as a string of JSON. */
function objectOf(bundle: DisplayBundle, type: RegExp): object | null {
  const key = Object.keys(bundle).find((it) => type.test(it));
  const value = key === undefined ? undefined : bundle[key];
  if (typeof value === "object" && value !== null) return value;
  if (typeof value !== "string") return null;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === "object" ? read : null;
  } catch {
    return null;
  }
}

/** Jupyter writes long values as lists of lines. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  return null;
}
