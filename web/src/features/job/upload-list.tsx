import { useQueryClient } from "@tanstack/react-query";
import { useState, type ChangeEvent, type DragEvent, type ReactNode } from "react";
import { useStore } from "zustand";
import { size } from "@/features/execution/outcome.ts";
import { Button, buttonClass, IconButton } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Uploads, type Uploading } from "./uploads.ts";

/** One for the page, so that uploads go on while other pages are shown. */
let uploads: Uploads | null = null;

export function useUploads(): Uploads {
  const queries = useQueryClient();
  uploads ??= new Uploads(() => {
    void queries.invalidateQueries({ queryKey: ["artifacts"] });
    void queries.invalidateQueries({ queryKey: ["my-limits"] });
  });
  return uploads;
}

/** Chooses files to upload. */
export function UploadButton({ uploads: on }: { uploads: Uploads }) {
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    for (const file of event.target.files ?? []) void on.add(file);
    event.target.value = "";
  };
  return (
    <label className={`${buttonClass("primary")} cursor-pointer focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent`}>
      <Icon name="upload" />
      Upload files
      <input type="file" multiple className="sr-only" onChange={choose} />
    </label>
  );
}

/** Takes files that are dropped on it. */
export function DropPlace({ uploads: on, children }: { uploads: Uploads; children: ReactNode }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    for (const file of event.dataTransfer.files) void on.add(file);
  };
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`rounded-2xl ${over ? "outline-2 outline-offset-4 outline-accent outline-dashed" : ""}`}
    >
      {children}
    </div>
  );
}

/** Files that are on their way, or did not get there. */
export function UploadList({ uploads: on }: { uploads: Uploads }) {
  const all = useStore(on.store, (state) => state.all);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="uploads" className="mb-6 rounded-2xl border border-line bg-surface shadow-card">
      <h2 id="uploads" className="px-4 pt-3.5 pb-1 text-sm font-medium text-ink">
        Uploads
      </h2>
      <ul className="divide-y divide-line">
        {all.map((it) => (
          <UploadRow key={it.key} it={it} uploads={on} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ it, uploads: on }: { it: Uploading; uploads: Uploads }) {
  const percent = it.size === 0 ? (it.state === "done" ? 100 : 0) : Math.floor((100 * it.received) / it.size);
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="min-w-0 flex-1 basis-40">
          <span className="block truncate font-mono text-[0.8125rem] text-ink">{it.name}</span>
          <span role="status" className="text-xs text-ink-faint tabular-nums">
            {it.state === "done" ? `${size(it.size)}, uploaded` : `${size(it.received)} of ${size(it.size)}${it.state === "stopped" ? ", stopped" : ""}`}
          </span>
        </span>
        {it.state === "sending" ? (
          <Button size="small" icon="stop" aria-label={`Stop ${it.name}`} onClick={() => on.stop(it.key)}>
            Stop
          </Button>
        ) : null}
        {it.state === "stopped" ? (
          <Button size="small" icon="play" aria-label={`Go on with ${it.name}`} onClick={() => void on.resume(it.key)}>
            Go on
          </Button>
        ) : null}
        <IconButton
          icon="cross"
          label={it.state === "done" ? `Take ${it.name} off the list` : `Give ${it.name} up`}
          onClick={() => void on.dismiss(it.key)}
          className="size-8!"
        />
      </div>
      {it.state === "done" ? null : (
        <div
          role="progressbar"
          aria-label={`Upload of ${it.name}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          className="mt-2 h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div style={{ width: `${percent}%` }} className={`h-full rounded-full transition-[width] ${it.state === "stopped" ? "bg-warning" : "bg-accent"}`} />
        </div>
      )}
      {it.problem ? (
        <p role="alert" className="mt-1.5 text-[0.8125rem] text-failure">
          {it.problem}
        </p>
      ) : null}
    </li>
  );
}
