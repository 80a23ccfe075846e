/**
 * @file The dashboard's files.
 *
 * Only files that a listing of the folder found are served, looked up by their whole path. No path of a request ever reaches the file system, so there
 * is no traversal to guard against, in any spelling.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { PAGE_POLICY } from "../access/headers.ts";
import { htmlPage } from "./sign-in.ts";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** Types that gain nothing from compression. */
const COMPRESSED: ReadonlySet<string> = new Set([".png", ".ico", ".woff2"]);

/** Files below this folder carry a hash of their content in their name. */
const HASHED = "/assets/";

/** A listing is not made more often than this, however many unknown paths are asked for. */
const RELIST_MS = 1000;

const compress = promisify(gzip);

/** A file as it is sent. */
interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped?: Uint8Array<ArrayBuffer>;
}

/** Pages and assets below a folder. */
export class StaticPages {
  readonly #dir: string;
  readonly #files: Map<string, Promise<StaticFile>> = new Map();
  #paths: Map<string, string> = new Map();
  #listedMs = -Infinity;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Answers a GET: a file, the application's page for the addresses that it draws itself, or 404. */
  async answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const path = isAppRoute(pathname) ? "/index.html" : pathname;
    const file = await this.#find(path);
    if (file !== undefined) return fileAnswer(request, file, path.startsWith(HASHED));
    if (path === "/index.html") return notBuiltPage();
    return htmlPage(
      "Not found · trainlog",
      `<h1>Not found</h1><p>There is no such page. <a href="/">All runs</a></p>`,
      404,
    );
  }

  async #find(path: string): Promise<StaticFile | undefined> {
    if (!this.#paths.has(path) || !path.startsWith(HASHED)) await this.#list();
    const full = this.#paths.get(path);
    if (full === undefined) return undefined;
    const file = this.#files.get(path) ?? load(full);
    this.#files.set(path, file);
    // A file that went away since the listing is not there; the next listing says so too.
    return file.catch(() => undefined);
  }

  /** A build replaces the folder; what was read of the former one is dropped with it. */
  async #list(): Promise<void> {
    if (performance.now() - this.#listedMs < RELIST_MS) return;
    this.#listedMs = performance.now();
    const entries = await readdir(this.#dir, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    this.#paths = new Map(files.map((full) => [`/${relative(this.#dir, full).split(sep).join("/")}`, full]));
    this.#files.clear();
  }
}

/** Addresses that the dashboard draws itself. */
function isAppRoute(pathname: string): boolean {
  return pathname === "/" || /^\/(runs|projects|compare|trash)(\/|$)/.test(pathname);
}

async function load(full: string): Promise<StaticFile> {
  const bytes = new Uint8Array(await readFile(full));
  const extension = extname(full);
  const type = MEDIA_TYPES[extension] ?? "application/octet-stream";
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  if (COMPRESSED.has(extension)) return { type, etag, bytes };
  return { type, etag, bytes, gzipped: new Uint8Array(await compress(bytes)) };
}

function fileAnswer(request: Request, file: StaticFile, hashed: boolean): Response {
  const headers = new Headers({
    "content-type": file.type,
    "content-security-policy": PAGE_POLICY,
    "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    etag: file.etag,
    vary: "Accept-Encoding",
  });
  if (request.headers.get("if-none-match")?.includes(file.etag) === true)
    return new Response(null, { status: 304, headers });
  const zipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "") ? file.gzipped : undefined;
  if (zipped !== undefined) headers.set("content-encoding", "gzip");
  return new Response(zipped ?? file.bytes, { headers });
}

function notBuiltPage(): Response {
  return htmlPage(
    "trainlog",
    `<h1>trainlog</h1>
<p>The server runs, and its API answers under <a href="/api/v1/runs">/api/v1</a>. The dashboard is not built yet: run
<code>npm run build</code> in the repository, then load this page again.</p>`,
    200,
  );
}
