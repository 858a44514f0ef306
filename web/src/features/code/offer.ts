import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { CodeLanguage, CodeOffer } from "@/api/schema.ts";
import { languageOf } from "./language.ts";

/** What the operator of the hub lets programs have. It changes when the hub starts anew. */
export const offerQuery = queryOptions({
  queryKey: ["code-offer"],
  queryFn: ({ signal }) => api.codeOffer(signal),
  staleTime: 600_000,
});

/** How to name packages, or that there are none. */
export function packagesHint(language: CodeLanguage, offer: CodeOffer | undefined): string {
  if (offer?.dependencies === false) return "This hub installs no packages.";
  return `${languageOf(language).packages.hint}. Enter adds one.`;
}

/** Which hosts are offered, or null while that is unknown. */
export function hostsHint(offer: CodeOffer | undefined): string | null {
  if (!offer) return null;
  if (offer.network.includes("*")) return "None by default. This hub offers any host.";
  if (offer.network.length === 0) return "This hub offers programs no hosts; its operator decides.";
  return `None by default. This hub offers ${offer.network.join(", ")}.`;
}
