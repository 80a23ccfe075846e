/** @file A small web server with the bundled widgets, for tests in a real browser. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What a path answers. */
export interface Answer {
  readonly type: string;
  readonly body: string;
  readonly status?: number;
}

/** A policy without inline styles or scripts: the strictest that a page with widgets may have. */
const POLICY = "default-src 'self'; style-src 'self'; script-src 'self'";

/** Bundles an entry of the package's source for the browser. Fails when it needs anything of Node. */
export async function bundle(entry: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../src/${entry}`, import.meta.url));
  const result = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    minify: true,
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}

/** Serves `answers` and the bundle at `/widgets.js`. */
export async function serveWidgets(
  answers: Readonly<Record<string, Answer>>,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const all: Record<string, Answer> = {
    "/widgets.js": { type: "text/javascript", body: await bundle("widgets/index.ts") },
    "/favicon.ico": { type: "image/x-icon", body: "" },
    "/axe.js": { type: "text/javascript", body: axe },
    ...answers,
  };
  const server = createServer((request, response) => {
    const answer = all[request.url ?? ""] ?? { type: "text/plain", body: "not here", status: 404 };
    response.writeHead(answer.status ?? 200, {
      "content-type": `${answer.type}; charset=utf-8`,
      "content-security-policy": POLICY,
    });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: originOf(server), close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}
