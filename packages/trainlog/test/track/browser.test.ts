/** @file The entry for web pages: its size, that nothing of Node is in it, and that what it sends arrives at the real server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it, vi } from "vitest";
import { startServer } from "../../src/server/index.ts";

const SOURCE = join(import.meta.dirname, "../../src");

/** A minified bundle of `code` as a page would load it. Fails when it needs anything of Node. */
async function bundle(code: string): Promise<Uint8Array> {
  const stdin = { contents: code, resolveDir: SOURCE, loader: "ts" as const };
  const result = await build({
    stdin,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  return result.outputFiles[0]?.contents ?? new Uint8Array();
}

describe("the browser entry", () => {
  it("is below 15 kB gzip as a whole, and needs nothing of Node", async () => {
    const whole = await bundle('export * from "./index.browser.ts"');
    expect(gzipSync(whole, { level: 9 }).length).toBeLessThan(15_000);
    expect(new TextDecoder().decode(whole)).not.toMatch(/\bnode:|\brequire\(|\bprocess\.(env|on)\b/);
  });

  it("sends a run to the real server, whole and once, over faults", async () => {
    const dir = mkdtempSync(join(tmpdir(), "trainlog-page-"));
    const server = await startServer({ dir, port: 0 });
    try {
      await server.ready;
      const code = new TextDecoder().decode(await bundle('export * from "./index.browser.ts"'));
      const page: typeof import("../../src/index.browser.ts") = await import(
        `data:text/javascript,${encodeURIComponent(code)}`
      );
      const realFetch = globalThis.fetch;
      let failures = 2;
      vi.stubGlobal("fetch", async (input: string, init: RequestInit) => {
        const answer = await realFetch(input, init);
        if (failures-- > 0) throw new TypeError("connection lost");
        return answer;
      });
      const warnings: string[] = [];
      const run = await page.init({
        url: server.url,
        id: "page",
        config: { lr: Number.NaN },
        warn: (line) => warnings.push(line),
      });
      for (let i = 0; i < 20; i++) {
        run.log({ loss: i % 2 === 0 ? i : Number.NaN, zero: -0, note: "x" });
        run.flushNow();
      }
      run.log({ img: page.image({ data: new Uint8Array(4), width: 2, height: 2 }) });
      await run.artifact({ "w.bin": new Uint8Array(2) });
      await expect(run.artifact("/path")).rejects.toMatchObject({ code: "run/bad-options" });
      await run.finish();
      vi.unstubAllGlobals();
      const answer = async (path: string): Promise<unknown> =>
        await (await fetch(`${server.url}/api/v1${path}`)).json();
      await vi.waitFor(
        async () =>
          expect(await answer("/runs/page")).toMatchObject({
            state: "finished",
            rowCount: 20,
            pointCount: 60,
            config: { lr: { $float: "NaN" } },
          }),
        5_000,
      );
    } finally {
      vi.unstubAllGlobals();
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
