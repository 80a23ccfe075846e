/**
 * A page that trains in the browser and logs to a trainlog server. This script starts both: the server, and a small one for the page. A page from
 * another address may only use the server because its origin is allowed by name.
 *
 *     npx node examples/06-browser.ts
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startServer } from "trainlog/server";

const here = (name: string): string => fileURLToPath(new URL(`06-browser/${name}`, import.meta.url));

const bundle = await build({
  entryPoints: [here("page.ts")],
  bundle: true,
  format: "esm",
  platform: "browser",
  conditions: ["browser", ...(process.execArgv.includes("--conditions=@trainlog/source") ? ["@trainlog/source"] : [])],
  write: false,
});
const script = bundle.outputFiles[0]?.contents;

const pages = createServer(async (request, response) => {
  const isScript = request.url === "/page.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
  response.end(isScript ? script : await readFile(here("index.html")));
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
