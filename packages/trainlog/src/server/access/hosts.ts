/**
 * @file Which names this server answers to.
 *
 * DNS rebinding: a page of a foreign site makes its own name resolve to 127.0.0.1 and then reads this server as its "own" origin. The request still
 * carries the foreign name in `Host`, so names that are not ours are refused. An address in digits cannot be rebound, so a server that is bound to a
 * network address takes any of those.
 */
import { isIP } from "node:net";
import { TrainlogError } from "../../run/error.ts";

/** Decides about the `Host` header. */
export type HostCheck = (hostHeader: string) => boolean;

/**
 * Makes the check for a server.
 *
 * @param boundHost - What the server listens on.
 * @param allowedHosts - More names, without port; `"*"` allows every name.
 */
export function hostCheck(boundHost: string, allowedHosts: readonly string[] = []): HostCheck {
  const names = new Set([boundHost, ...allowedHosts].map((name) => bareHost(name)));
  const anyAddress = !isLoopback(boundHost);
  return (hostHeader) => {
    const host = hostNameOf(hostHeader);
    if (host === undefined) return false;
    return names.has("*") || names.has(host) || isLoopback(host) || (anyAddress && isIP(host) !== 0);
  };
}

/** Says whether a host name or address means this machine alone. */
export function isLoopback(host: string): boolean {
  const name = bareHost(host);
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    (isIP(name) === 4 && name.startsWith("127."))
  );
}

/**
 * Refuses to open a server to the network that anybody could read and write.
 *
 * @throws TrainlogError `server/public-without-token`.
 */
export function requireTokenWhenPublic(host: string, hasToken: boolean): void {
  if (isLoopback(host) || hasToken) return;
  throw new TrainlogError(
    "server/public-without-token",
    `${host} can be reached from other machines, and without a token anybody there could read and delete runs; ` +
      "make one with `trainlog token create`, set TRAINLOG_TOKEN (or --token) to a secret text, or listen on 127.0.0.1",
    { status: 400 },
  );
}

/** Host of a `Host` header, without port, lower-case, without the brackets of an IPv6 address; undefined when it is none. */
function hostNameOf(hostHeader: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:/?#@\s[\]]+)(:\d{1,5})?$/i.exec(hostHeader);
  return match === null ? undefined : bareHost(match[1]!);
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}
