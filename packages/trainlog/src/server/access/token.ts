/** @file The token of a server's environment, one secret that opens everything, and what requests carry of tokens of any kind. Pure. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Name of the session cookie. */
export const SESSION_COOKIE = "trainlog_session";

const SESSION_PURPOSE = "trainlog session 1";
const COMPARE_PURPOSE = "trainlog compare";

/** Compares two secrets in a time that says nothing about either, their lengths included. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(mac(COMPARE_PURPOSE, a), mac(COMPARE_PURPOSE, b));
}

/** Value of the session cookie for the token of the environment. */
export function sessionOf(token: string): string {
  return mac(token, SESSION_PURPOSE).toString("base64url");
}

/** `Set-Cookie` that opens a session for 30 days. */
export function sessionCookie(session: string, secure: boolean): string {
  const attributes = ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=2592000", ...(secure ? ["Secure"] : [])];
  return [`${SESSION_COOKIE}=${session}`, ...attributes].join("; ");
}

/** `Set-Cookie` that ends a session. */
export const NO_SESSION_COOKIE: string = `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;

/** Token of an `Authorization` header; `undefined` when it has none. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(authorization ?? "")?.[1]?.trim();
}

/** Value of a cookie in a `Cookie` header. */
export function cookieValue(header: string, name: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function mac(key: string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
