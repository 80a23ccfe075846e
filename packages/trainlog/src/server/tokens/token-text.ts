/**
 * @file What a token looks like, and what is kept of it. Pure but for the random bytes.
 *
 * `trainlog_<id>_<secret>`: the id finds the token in the list, the secret (256 random bits) proves it. Only hashes are kept: of the secret, and of the session
 * that a browser gets for it. The session is a MAC made with the secret, so whoever reads the list can neither use a token nor forge a cookie.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN = /^trainlog_([a-z0-9]{8})_([\w-]{43})$/;
const SESSION = /^([a-z0-9]{8})\.([\w-]{43})$/;
const SESSION_PURPOSE = "trainlog session 2";
const ID_DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

/** Something secret, and the id under which to look for its hash. */
export interface Proof {
  readonly id: string;
  readonly secret: string;
}

/** A token that was just made. */
export interface NewToken extends TokenHashes {
  readonly id: string;
  /** What its owner gets, once. */
  readonly text: string;
}

/** What is kept of a token. Hexadecimal SHA-256. */
export interface TokenHashes {
  readonly secretHash: string;
  readonly sessionHash: string;
}

/** Makes a token. */
export function newToken(): NewToken {
  const id = Array.from(randomBytes(8), (byte) => ID_DIGITS[byte % ID_DIGITS.length]).join("");
  const secret = randomBytes(32).toString("base64url");
  const session = sessionSecret(secret);
  return { id, text: `trainlog_${id}_${secret}`, secretHash: hashOf(secret), sessionHash: hashOf(session) };
}

/** The parts of a token; `undefined` for a text that is none. */
export function parseToken(text: string): Proof | undefined {
  return proofOf(TOKEN.exec(text));
}

/** The parts of a session; `undefined` for a text that is none. */
export function parseSession(text: string): Proof | undefined {
  return proofOf(SESSION.exec(text));
}

/** What a browser keeps instead of the token. */
export function sessionText({ id, secret }: Proof): string {
  return `${id}.${sessionSecret(secret)}`;
}

/** Says whether a secret is the one of a hash, in a time that says nothing about either. */
export function matchesHash(secret: string, hash: string): boolean {
  const given = createHash("sha256").update(secret).digest();
  const expected = Buffer.from(hash, "hex");
  return expected.length === given.length && timingSafeEqual(given, expected);
}

function sessionSecret(secret: string): string {
  return createHmac("sha256", secret).update(SESSION_PURPOSE).digest("base64url");
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function proofOf(match: RegExpExecArray | null): Proof | undefined {
  const [, id, secret] = match ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}
