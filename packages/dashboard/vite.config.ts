/** @file Builds the dashboard into the `trainlog` package, which serves it. */
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  resolve: { conditions: ["@trainlog/source", "browser", "import", "module", "default"] },
  build: {
    outDir: "../trainlog/dist/dashboard",
    emptyOutDir: true,
    target: "es2023",
    // An inlined asset would need `data:` in the content policy, and one that changes would change the script too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});

export default config;
