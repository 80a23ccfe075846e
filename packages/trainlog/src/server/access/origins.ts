/**
 * @file Which web pages may change things: those of this server, and those that were allowed by name.
 *
 * A browser sends `Origin` with every request of a page that changes something; a foreign one is refused, so that no web page can delete runs behind
 * its reader's back. Clients that are not browsers send none. Other pages cannot read answers, because no CORS header is sent unless allowed by name.
 */

/** Methods that change nothing: the allow-list. Every other method, known or not, is checked. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What the `Origin` of a request means for it. */
export type OriginVerdict = "none" | "same" | "allowed" | "foreign";

/**
 * Judges a request's origin.
 *
 * @param origin - The `Origin` header.
 * @param host - The `Host` header: same origin means the same host and port, under either scheme, because TLS may end at a proxy.
 * @param allowedOrigins - Origins such as `http://localhost:8080`.
 */
export function judgeOrigin(
  origin: string | undefined,
  host: string,
  allowedOrigins: readonly string[],
): OriginVerdict {
  if (origin === undefined) return "none";
  if (allowedOrigins.includes(origin)) return "allowed";
  if (!URL.canParse(origin)) return "foreign";
  const { protocol, host: originHost } = new URL(origin);
  const web = protocol === "http:" || protocol === "https:";
  return web && originHost === host.toLowerCase() ? "same" : "foreign";
}

/** Says whether a method may change something. */
export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}
