/**
 * A page that learns to read digits in a worker, draws its loss and logs to a trainlog server. This script bundles both scripts and starts both servers.
 *
 *     npx node examples/nn/13-browser.ts
 *
 * What belongs to the browser is in 13-browser/: index.html, page.ts and worker.ts.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startServer } from "trainlog/server";

const here = (name: string): string => fileURLToPath(new URL(`13-browser/${name}`, import.meta.url));

/** A script with all that it imports, in one file. */
async function bundle(name: string): Promise<string> {
  const fromSource = process.execArgv.includes("--conditions=@trainlog/source") ? ["@trainlog/source"] : [];
  const { outputFiles } = await build({
    entryPoints: [here(name)],
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["browser", ...fromSource],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

const HTML = "text/html; charset=utf-8";
const scripts = new Map([
  ["/page.js", await bundle("page.ts")],
  ["/worker.js", await bundle("worker.ts")],
]);

const pages = createServer(async ({ url = "/" }, response) => {
  const script = scripts.get(url);
  response.writeHead(200, {
    "content-type": script === undefined ? HTML : "text/javascript",
    // A page that is isolated in this way has shared memory, and so threads. It works without them, too.
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  response.end(script ?? (await readFile(here("index.html"))));
});
await new Promise<void>((settle) => pages.listen(0, "127.0.0.1", settle));
// A server that listens on a port has an address with that port.
const pageUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;

const server = await startServer({ dir: process.env["TRAINLOG_DIR"] ?? "trainlog", allowedOrigins: [pageUrl] });
await server.ready;
console.log(`open ${pageUrl}/?server=${encodeURIComponent(server.url)}`);
console.log(`its run appears at ${server.url}; Ctrl-C stops both`);

process.once("SIGINT", async () => {
  pages.close();
  pages.closeAllConnections();
  await server.close();
});
