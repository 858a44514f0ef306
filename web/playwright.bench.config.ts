import journeys from "./playwright.config.ts";
import { defineConfig } from "@playwright/test";

/** What is measured through a browser. It needs RUNBOOK_BIN, a release build. */
export default defineConfig({ ...journeys, testDir: "bench", testMatch: "*.bench.ts", retries: 0 });
