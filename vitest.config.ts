import { defineConfig, type ViteUserConfig } from "vitest/config";

// Tests run from source (the "@trainlog/source" export condition), so a red test never depends on a stale build.
const resolve = { conditions: ["@trainlog/source"] };
const ssr = { resolve: { conditions: ["@trainlog/source"] } };

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "trainlog",
          root: "packages/trainlog",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          setupFiles: ["../../scripts/test-setup.ts"],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "nn",
          root: "packages/nn",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          setupFiles: ["../../scripts/test-setup.ts"],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "dashboard",
          root: "packages/dashboard",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          setupFiles: ["../../scripts/test-setup.ts"],
          testTimeout: 60_000,
          // Building the page and starting a browser take long on a busy machine.
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "repository",
          root: ".",
          include: ["scripts/**/*.test.ts", "interop/**/*.test.ts", "examples/**/*.test.ts"],
          setupFiles: ["scripts/test-setup.ts"],
          testTimeout: 120_000,
        },
      },
    ],
  },
});

export default config;
