import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./precompress.ts";

/** Where `npm run dev` finds the API: the mock by default, or a real hub. */
const api = process.env.RUNBOOK_URL ?? "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2023",
    // Inlined assets would be data: URLs, which the server's policy refuses for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Swagger UI, which only its own page loads, is one chunk of 1.4 MB.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: { input: ["index.html", "api-docs.html"] },
  },
  server: { proxy: Object.fromEntries(["/api", "/graphql"].map((path) => [path, { target: api, changeOrigin: false, ws: true }])) },
  // A test that hangs fails; one on a busy machine, which may take seconds to load a page's modules, does not.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], testTimeout: 60_000, hookTimeout: 60_000 },
});
