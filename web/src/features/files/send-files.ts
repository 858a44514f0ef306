/** Sends files into a session one after another, and tells how far each has come. */
import { fileContent } from "@/api/client.ts";
import { sentence } from "@/api/errors.ts";
import { join } from "./file-names.ts";

export interface Sending {
  key: string;
  name: string;
  size: number;
  sent: number;
  state: "waiting" | "sending" | "done" | "failed";
  problem: string | null;
}

let made = 0;

export function newSending(file: File): Sending {
  made += 1;
  return { key: `s${made}`, name: file.name, size: file.size, sent: 0, state: "waiting", problem: null };
}

/** `fetch` does not tell how much of a body has left, so this is the older way. */
export function sendFile(session: string, directory: string, file: File, onSent: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", fileContent(session, join(directory, file.name)));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded }) => onSent(loaded));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(new Error(detailOf(request.responseText) ?? `The server answered ${request.status}.`));
    });
    request.addEventListener("error", () => reject(new Error("The connection broke. Send it again.")));
    request.send(file);
  });
}

function detailOf(text: string): string | null {
  try {
    const problem: unknown = JSON.parse(text);
    const detail = typeof problem === "object" && problem !== null && "detail" in problem ? problem.detail : null;
    return typeof detail === "string" ? sentence(detail) : null;
  } catch {
    return null;
  }
}
