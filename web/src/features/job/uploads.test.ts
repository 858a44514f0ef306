import { expect, it } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { Upload } from "@/api/schema.ts";
import { Uploads } from "./uploads.ts";

/** A server that has one upload, and takes parts until told otherwise. */
class Server {
  upload: Upload | null = null;
  begun = 0;
  offsets: number[] = [];
  /** Parts that it still takes. */
  takes = Number.POSITIVE_INFINITY;

  routes = {
    beginUpload: async ({ name, size }: { name: string; size: number }) => {
      this.begun += 1;
      this.upload = { id: `upl_${this.begun}`, name, size, received: 0, artifact: null };
      return this.upload;
    },
    upload: async (id: string) => {
      if (this.upload?.id !== id) throw new ApiError({ title: "Not Found", status: 404 });
      return this.upload;
    },
    sendPart: async (_: string, offset: number, bytes: Blob) => {
      if (this.takes-- <= 0) throw new Error("the line is dead");
      if (!this.upload) throw new Error("nothing was begun");
      this.offsets.push(offset);
      const received = offset + bytes.size;
      this.upload = { ...this.upload, received, artifact: received === this.upload.size ? ({} as NonNullable<Upload["artifact"]>) : null };
      return this.upload;
    },
    abandonUpload: async () => {
      this.upload = null;
    },
  };
}

function shelf(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) } as unknown as Storage;
}

const mib = 1 << 20;
const file = () => new File([new Uint8Array(10 * mib)], "big.bin", { lastModified: 7 });
const only = (uploads: Uploads) => uploads.store.getState().all[0];

it("a_file_goes_in_parts_and_is_told_when_it_has_arrived", async () => {
  const server = new Server();
  let kept = 0;
  const uploads = new Uploads(() => (kept += 1), server.routes, shelf());
  await uploads.add(file());
  expect(server.offsets).toEqual([0, 4 * mib, 8 * mib]);
  expect(only(uploads)).toMatchObject({ state: "done", received: 10 * mib, problem: null });
  expect(kept).toBe(1);
});

it("one_that_broke_off_goes_on_where_it_stopped", async () => {
  const server = new Server();
  server.takes = 1;
  const uploads = new Uploads(() => undefined, server.routes, shelf());
  await uploads.add(file());
  const stopped = only(uploads);
  expect(stopped).toMatchObject({ state: "stopped", received: 4 * mib, problem: "the line is dead" });
  server.takes = Number.POSITIVE_INFINITY;
  await uploads.resume(stopped?.key ?? "");
  expect(only(uploads)?.state).toBe("done");
  expect([server.begun, server.offsets]).toEqual([1, [0, 4 * mib, 8 * mib]]);
});

it("the_same_file_chosen_after_the_page_was_closed_goes_on_too", async () => {
  const [server, kept] = [new Server(), shelf()];
  server.takes = 1;
  await new Uploads(() => undefined, server.routes, kept).add(file());
  server.takes = Number.POSITIVE_INFINITY;
  const later = new Uploads(() => undefined, server.routes, kept);
  await later.add(file());
  expect([only(later)?.state, server.begun, server.offsets]).toEqual(["done", 1, [0, 4 * mib, 8 * mib]]);
});

it("what_the_server_gave_up_begins_anew", async () => {
  const [server, kept] = [new Server(), shelf()];
  server.takes = 1;
  await new Uploads(() => undefined, server.routes, kept).add(file());
  server.upload = null;
  server.takes = Number.POSITIVE_INFINITY;
  const later = new Uploads(() => undefined, server.routes, kept);
  await later.add(file());
  expect([only(later)?.state, server.begun]).toEqual(["done", 2]);
});

it("one_that_is_dismissed_is_given_up", async () => {
  const server = new Server();
  server.takes = 1;
  const uploads = new Uploads(() => undefined, server.routes, shelf());
  await uploads.add(file());
  await uploads.dismiss(only(uploads)?.key ?? "");
  expect([uploads.store.getState().all, server.upload]).toEqual([[], null]);
});
