import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { sentence } from "@/api/errors.ts";
import type { RuntimeName } from "@/api/schema.ts";

/** The languages this machine lacks, and what to do. Asked again when the reader comes back from installing one. */
export const runtimesQuery = queryOptions({
  queryKey: ["runtimes"],
  queryFn: ({ signal }) => api.runtimes(signal),
  select: ({ items }): ReadonlyMap<RuntimeName, string> => {
    const missing = items.filter((it) => !it.available);
    return new Map(missing.map((it) => [it.name, sentence(it.message ?? `${it.name} is not installed on this machine`)]));
  },
});
