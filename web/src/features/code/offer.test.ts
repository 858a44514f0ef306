import { expect, it } from "vitest";
import type { CodeOffer } from "@/api/schema.ts";
import { hostsHint, packagesHint } from "./offer.ts";

const offer: CodeOffer = { timeout: 60, mem_limit_mb: 512, cpu_limit: 1, output_limit: 8192, network: [], dependencies: true, max_request_bytes: 1000 };

it("only_what_the_hub_offers_is_promised", () => {
  expect(hostsHint(undefined)).toBeNull();
  expect(hostsHint(offer)).toContain("no hosts");
  expect(hostsHint({ ...offer, network: ["pypi.org:443", "*.npmjs.org"] })).toContain("pypi.org:443, *.npmjs.org");
  expect(hostsHint({ ...offer, network: ["*"] })).toContain("any host");
  expect(packagesHint("python", offer)).toContain("PyPI");
  expect(packagesHint("python", { ...offer, dependencies: false })).toBe("This hub installs no packages.");
});
