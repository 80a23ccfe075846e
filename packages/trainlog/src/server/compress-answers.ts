/**
 * @file Large JSON answers go out compressed, to clients that take that and are not on this machine: there, bytes cost less than packing them.
 *
 * A proxy on this machine counts as somebody else when it says whom it speaks for; streams of events and stored bytes are left as they are.
 */
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { MiddlewareHandler } from "hono";
import { isLoopback } from "./access/hosts.ts";

/** An answer below this many bytes fits one or two packets anyway. */
const MIN_BYTES = 2048;

const gzip = promisify(zlib.gzip);
const zstd = "zstdCompress" in zlib ? promisify(zlib.zstdCompress) : undefined;

/** Makes the middleware. */
export function compressAnswers(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { res: answer, req: request } = context;
    if (!isJson(answer) || answer.headers.has("content-encoding")) return;
    answer.headers.append("vary", "Accept-Encoding");
    const encoding = isNear(request.raw, context.env) ? undefined : chooseEncoding(request.header("accept-encoding"));
    if (encoding === undefined || answer.body === null || request.method === "HEAD") return;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const headers = new Headers(answer.headers);
    const isLarge = bytes.length >= MIN_BYTES;
    if (isLarge) headers.set("content-encoding", encoding);
    const body = isLarge ? await packed(bytes, encoding) : bytes;
    // Replacing an answer would merge the headers of both.
    context.res = undefined;
    context.res = new Response(body, { status: answer.status, headers });
  };
}

/**
 * The encoding to answer with: zstd before gzip, which takes several times as long.
 *
 * @param header - `Accept-Encoding`.
 */
export function chooseEncoding(header: string | undefined): "zstd" | "gzip" | undefined {
  const accepted = new Set<string>();
  for (const part of (header ?? "").toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    if (!isRefused) accepted.add(name);
  }
  if (zstd !== undefined && accepted.has("zstd")) return "zstd";
  return accepted.has("gzip") || accepted.has("*") ? "gzip" : undefined;
}

async function packed(bytes: Uint8Array, encoding: "zstd" | "gzip"): Promise<Uint8Array<ArrayBuffer>> {
  const made = encoding === "zstd" && zstd !== undefined ? await zstd(bytes) : await gzip(bytes, { level: 2 });
  // Buffers of zlib are on memory of their own, never shared.
  return made as Uint8Array<ArrayBuffer>;
}

function isJson(answer: Response): boolean {
  return /^application\/(problem\+)?json\b/.test(answer.headers.get("content-type") ?? "");
}

/** Says whether the client is on this machine. */
function isNear(request: Request, environment: unknown): boolean {
  if (request.headers.has("x-forwarded-for") || request.headers.has("forwarded")) return false;
  const address = remoteAddress(environment);
  return address !== undefined && isLoopback(address.replace(/^::ffff:/, ""));
}

/** Address of the other end, as the HTTP server passes it on; `undefined` for a request without a socket. */
function remoteAddress(environment: unknown): string | undefined {
  // What the listener of @hono/node-server gives as the environment of a request.
  const bindings = environment as
    | { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } }
    | undefined;
  return bindings?.incoming?.socket?.remoteAddress;
}
