import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { lookOf, pictureType, readable } from "./file-names.ts";
import type { Selection } from "./file-tree.tsx";

/** How much of a text is shown, in bytes. */
const shownBytes = 64 << 10;

/** What is in a file, as far as that can be seen. Nothing of it becomes a page. */
export function FilePreview({ session, selection }: { session: string; selection: Selection }) {
  const { path, file } = selection;
  const look = lookOf(file);
  const content = useQuery({
    queryKey: ["files", session, "content", path, file.size],
    queryFn: async ({ signal }) => {
      const response = await api.readFile(session, path, signal);
      return look === "picture" ? new Uint8Array(await response.arrayBuffer()) : await beginning(response);
    },
    enabled: look !== null,
    gcTime: 0,
    retry: false,
  });
  if (file.kind === "directory") return null;
  if (look === null) return <Words>{file.size === 0 ? "The file is empty." : "There is no preview of this file. Download it to look at it."}</Words>;
  if (content.isPending) return <Skeleton className="m-3 h-20" />;
  if (content.isError) return <Words>{messageOf(content.error)}</Words>;
  if (look === "picture") return <Picture bytes={content.data} name={file.name} />;
  const text = readable(content.data);
  if (text === null) return <Words>This is no text. Download it to look at it.</Words>;
  return (
    <pre
      role="region"
      aria-label={`Content of ${file.name}`}
      // A long text scrolls, by the keyboard too.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="max-h-full overflow-auto px-3 py-2 font-mono text-xs leading-relaxed whitespace-pre-wrap text-ink-soft"
    >
      {text}
      {file.size > shownBytes ? <span className="block pt-2 text-ink-faint">Only the beginning is shown.</span> : null}
    </pre>
  );
}

function Words({ children }: { children: React.ReactNode }) {
  return <p className="px-3 py-2 text-[0.8125rem] text-ink-faint">{children}</p>;
}

function Picture({ bytes, name }: { bytes: Uint8Array<ArrayBuffer>; name: string }) {
  const url = useMemo(() => URL.createObjectURL(new Blob([bytes], { type: pictureType(name) ?? "" })), [bytes, name]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img src={url} alt={name} className="mx-auto max-h-full max-w-full object-contain p-3" />;
}

/** The first bytes of an answer, of which no more is fetched. */
async function beginning(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader();
  const whole = new Uint8Array(shownBytes);
  let at = 0;
  while (at < shownBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    const piece = value.subarray(0, shownBytes - at);
    whole.set(piece, at);
    at += piece.length;
  }
  await reader.cancel();
  return whole.slice(0, at);
}
