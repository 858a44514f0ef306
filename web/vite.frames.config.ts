import { defineConfig } from "vite";
import { precompress } from "./precompress.ts";

/** Scripts for frames with an opaque origin: one classic script each, for such a frame may load no module. */
export default defineConfig({
  plugins: [precompress()],
  publicDir: false,
  build: {
    target: "es2023",
    emptyOutDir: false,
    // Vega, which only a frame with a chart loads.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      input: "src/frames/chart.ts",
      output: { format: "iife", entryFileNames: "frame-[name].js" },
    },
  },
});
