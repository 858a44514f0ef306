/** What files of a session are called, and how they can be looked at. */
import type { WorkspaceFile } from "@/api/schema.ts";

export type Look = "picture" | "text" | null;

/** Largest picture that is loaded into the page, in bytes. */
const mostPicture = 10 << 20;

const pictures: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  svg: "image/svg+xml",
};

const binary = new Set(["zip", "gz", "tar", "xz", "zst", "bz2", "so", "o", "a", "pyc", "wasm", "pdf", "parquet", "sqlite", "db", "mp3", "mp4", "woff2", "ttf"]);

function extension(name: string): string {
  return /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** As what a picture is shown; null for what is none. In an `img` no picture runs a script. */
export function pictureType(name: string): string | null {
  return pictures[extension(name)] ?? null;
}

export function lookOf({ name, kind, size }: WorkspaceFile): Look {
  if (kind !== "file" || size === 0) return null;
  if (pictureType(name) !== null) return size <= mostPicture ? "picture" : null;
  return binary.has(extension(name)) ? null : "text";
}

/** The beginning of a text; null for bytes that are none. */
export function readable(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  return new TextDecoder().decode(bytes);
}

export function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What is wrong with the name of a new file; null if nothing is. */
export function wrongName(name: string): string | null {
  if (name === "") return "Give it a name.";
  if (name === "." || name === "..") return "This name means a folder already.";
  if (name.includes("/")) return "A name has no slashes.";
  return name.length > 255 ? "This name is too long." : null;
}
