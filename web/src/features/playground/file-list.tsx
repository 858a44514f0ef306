import { useQuery } from "@tanstack/react-query";
import { useRef, type ChangeEvent } from "react";
import { encodeBase64 } from "@/features/code/base64.ts";
import { offerQuery } from "@/features/code/offer.ts";
import { size } from "@/features/execution/outcome.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { toast } from "@/ui/toasts.tsx";
import { bytesIn, fileOf } from "./draft.ts";
import type { Playground, PlaygroundState } from "./playground.ts";

/** Bytes of the largest request until the hub has told its own: 2 MiB. */
const usualRequest = 2_097_152;

/** The files beside the program. One opens in the editor with a click. */
export function FileList({ playground, state }: { playground: Playground; state: PlaygroundState }) {
  const { files } = state.draft;
  const { data: offer } = useQuery(offerQuery);
  // Base64 takes a third more, and the program needs some room too.
  const mostBytes = Math.floor((offer?.max_request_bytes ?? usualRequest) * 0.7);
  const input = useRef<HTMLInputElement>(null);

  const add = () => {
    playground.change({ files: [...files, { path: freePath(files.map((it) => it.path)), text: "" }] });
    playground.openFile(files.length);
  };
  const upload = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = [...(event.target.files ?? [])];
    event.target.value = "";
    const large = chosen.find((file) => file.size > mostBytes);
    if (large) {
      toast(`${large.name} has ${size(large.size)}; at most ${size(mostBytes)} can be sent.`, "failure");
      return;
    }
    const added = await Promise.all(
      chosen.map(async (file) => fileOf({ path: file.webkitRelativePath || file.name, content: encodeBase64(new Uint8Array(await file.arrayBuffer())) })),
    );
    const { draft } = playground.state;
    // A file uploaded again is a newer one.
    const kept = draft.files.filter((it) => !added.some((other) => other.path === it.path));
    playground.change({ files: [...kept, ...added] });
    playground.openFile(null);
  };
  const remove = (at: number) => {
    playground.change({ files: files.filter((_, other) => other !== at) });
    playground.openFile(null);
  };
  return (
    <div>
      {files.length > 0 ? (
        <ul className="mb-3 divide-y divide-line overflow-hidden rounded-lg border border-line">
          {files.map((file, at) => (
            // Two files may have one path while it is being typed: their place is their identity.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={at} className={`flex items-center ${state.open === at ? "bg-accent-soft" : ""}`}>
              <button
                type="button"
                aria-current={state.open === at || undefined}
                onClick={() => playground.openFile(at)}
                className="flex min-w-0 flex-1 items-baseline gap-2 py-2 pl-3 text-left focus-visible:-outline-offset-2"
              >
                <span className="min-w-0 truncate font-mono text-[0.8125rem] text-ink">{file.path || "without a path"}</span>
                <span className="ml-auto shrink-0 text-xs text-ink-faint tabular-nums">{size(bytesIn(file))}</span>
              </button>
              <IconButton icon="trash" label={`Remove ${file.path || "the file"}`} onClick={() => remove(at)} className="size-8 shrink-0" />
            </li>
          ))}
        </ul>
      ) : (
        <p className="mb-3 text-[0.8125rem] text-ink-faint">Files lie beside the program when it starts; directories are made.</p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button size="small" icon="plus" onClick={add}>
          New file
        </Button>
        <Button size="small" icon="upload" onClick={() => input.current?.click()}>
          Upload
        </Button>
        <input ref={input} type="file" multiple hidden aria-label="Files to upload" onChange={(event) => void upload(event)} />
      </div>
      {state.problems.files ? <p className="mt-2 text-[0.8125rem] text-failure">{state.problems.files}</p> : null}
    </div>
  );
}

function freePath(taken: readonly string[]): string {
  for (let at = 1; ; at += 1) {
    const path = at === 1 ? "data.txt" : `data-${at}.txt`;
    if (!taken.includes(path)) return path;
  }
}
