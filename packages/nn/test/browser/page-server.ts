/** @file A small web server with a bundled script, for tests in a real browser. */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { type BuildResult, build } from "esbuild";

/** Packages that bundles for browsers may leave out: they are optional. */
const OPTIONAL_PEERS = ["fast-png", "jpeg-js", "hyparquet", "onnxruntime-node"];

/** Bundles a file for the browser. Fails when it needs anything of Node. */
export async function bundleForBrowser(entry: URL): Promise<string> {
  const result: BuildResult<{ write: false }> = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["browser", "@trainlog/source"],
    external: OPTIONAL_PEERS,
    logLevel: "silent",
  });
  return result.outputFiles[0]?.text ?? "";
}

/** A running server of one page. */
export interface PageServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** Headers that make a page cross-origin isolated, which is what `SharedArrayBuffer` needs. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves an empty page at `/` and `/isolated/`, the latter cross-origin isolated, and the script at `script.js` below both. */
export async function servePage(script: string): Promise<PageServer> {
  const server = createServer(({ url = "/" }, response) => {
    const isScript = url.endsWith("/script.js");
    const isKnown = isScript || url === "/" || url === "/isolated/";
    response.writeHead(isKnown ? 200 : 204, {
      "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8",
      ...(url.startsWith("/isolated/") ? ISOLATION : {}),
    });
    response.end(isScript ? script : isKnown ? "<!doctype html><title>test</title>" : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
