import { defineConfig } from "@playwright/test";

/** The journeys. They need RUNBOOK_BIN (the binary to start) or RUNBOOK_URL (a server that runs). */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // What passes only the second time is told as flaky, with what it said the first time.
  retries: 1,
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 860 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
