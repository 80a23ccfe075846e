/**
 * @file The token of a server: one secret that opens everything.
 *
 * Programs send it as `Authorization: Bearer …`. A browser exchanges it once, at the sign-in page, for a cookie (streams and images cannot carry a
 * header): `HttpOnly`, `SameSite=Strict`, and not the token itself but a MAC made with it, so that a stolen cookie does not reveal the secret.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Name of the session cookie. */
export const SESSION_COOKIE = "trainlog_session";

const SESSION_PURPOSE = "trainlog session 1";
const COMPARE_PURPOSE = "trainlog compare";

/** Compares two secrets in a time that says nothing about either, their lengths included. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(mac(COMPARE_PURPOSE, a), mac(COMPARE_PURPOSE, b));
}

/** Value of the session cookie for a token. */
export function sessionOf(token: string): string {
  return mac(token, SESSION_PURPOSE).toString("base64url");
}

/** `Set-Cookie` that opens a session for 30 days. */
export function sessionCookie(token: string, secure: boolean): string {
  const attributes = ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=2592000", ...(secure ? ["Secure"] : [])];
  return [`${SESSION_COOKIE}=${sessionOf(token)}`, ...attributes].join("; ");
}

/** Says whether a request carries the token or a session made from it. */
export function isAuthorized(token: string, authorization: string | undefined, cookie: string | undefined): boolean {
  const bearer = /^Bearer +(\S.*)$/i.exec(authorization ?? "")?.[1];
  if (bearer !== undefined) return sameSecret(bearer.trim(), token);
  const session = cookieValue(cookie ?? "", SESSION_COOKIE);
  return session !== undefined && sameSecret(session, sessionOf(token));
}

function cookieValue(header: string, name: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function mac(key: string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
