/** How an artifact can be looked at on the page. What a program left is never shown as a page of its own. */
import type { Artifact } from "@/api/schema.ts";

export type Preview = "picture" | "json" | "text" | null;

/** Largest picture that is loaded into the page, in bytes. */
const mostPicture = 10 << 20;
/** How much of a text is shown, in bytes. */
export const shownBytes = 64 << 10;

const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const texts = /^(?:text\/|application\/(?:x-ndjson|jsonl|xml|yaml|x-yaml|toml|javascript|x-sh|sql)\b|image\/svg)|[+]xml\b/;
const textNames = /\.(?:log|md|csv|tsv|ya?ml|toml|ini|sh|sql|ndjson|jsonl|xml|svg|html?)$/i;

export function previewOf({ media_type, name, size }: Pick<Artifact, "media_type" | "name" | "size">): Preview {
  const type = media_type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (size === 0) return null;
  if (pictures.has(type)) return size <= mostPicture ? "picture" : null;
  if (type === "application/json" || /[+]json$/.test(type)) return "json";
  // Documents and drawings can hold programs: they are shown as what was written.
  return texts.test(type) || textNames.test(name) ? "text" : null;
}

/** JSON set out for reading; text that was cut or is no JSON stays as it is. */
export function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
