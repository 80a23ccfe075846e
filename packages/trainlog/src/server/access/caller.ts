/**
 * @file Who makes a request: what it carries, and what that allows.
 *
 * Programs send a token as `Authorization: Bearer …`. A browser exchanges it once, at the sign-in page, for a cookie (streams and images cannot carry a
 * header): `HttpOnly`, `SameSite=Strict`, and not the token itself but a MAC made with it, so that a stolen cookie does not reveal the secret.
 */
import { TOKEN_SCOPES, type TokenScope } from "../../api/index.ts";
import { TrainlogError } from "../../run/error.ts";
import type { TokenStore } from "../tokens/token-store.ts";
import { matchesHash, parseSession, parseToken, sessionText } from "../tokens/token-text.ts";
import { bearerOf, cookieValue, SESSION_COOKIE, sameSecret, sessionOf } from "./token.ts";

/** Who makes a request. */
export interface Caller {
  readonly scope: TokenScope;
  /** Name of the token; absent when none was needed or it is that of the server's environment. */
  readonly name?: string;
}

declare module "hono" {
  interface ContextVariableMap {
    /** Set by the guard, for every request that it lets through with a token or without the need of one. */
    caller: Caller;
  }
}

/** What decides who a caller is. */
export interface CallerRules {
  /** The token of the server's environment, which allows everything. */
  readonly token?: string;
  /** Tokens that were made one by one. */
  readonly tokens?: TokenStore;
  /** Other machines can reach the server: then nobody is let in without a token, even when there is none any more. */
  readonly isPublic?: boolean;
}

/** Finds out who makes a request. */
export class Callers {
  readonly #rules: CallerRules;

  constructor(rules: CallerRules) {
    this.#rules = rules;
  }

  /** Whether a request needs a token. @throws TrainlogError `token/bad-file`. */
  get isTokenRequired(): boolean {
    const { token, tokens, isPublic = false } = this.#rules;
    return isPublic || token !== undefined || tokens?.isEmpty === false;
  }

  /** Who makes a request; `undefined` when it needs a token and has no right one. @throws TrainlogError `token/bad-file`. */
  callerOf(request: Request): Caller | undefined {
    if (!this.isTokenRequired) return { scope: "admin" };
    const bearer = bearerOf(request.headers.get("authorization") ?? undefined);
    // A wrong token is wrong, even beside a session that is right.
    if (bearer !== undefined) return this.#byToken(bearer);
    const session = cookieValue(request.headers.get("cookie") ?? "", SESSION_COOKIE);
    return session === undefined ? undefined : this.#bySession(session);
  }

  /** What the cookie of a browser is to hold for a token; `undefined` when the token is not right. */
  sessionFor(token: string): string | undefined {
    if (this.#byToken(token) === undefined) return undefined;
    const proof = parseToken(token);
    return proof === undefined ? sessionOf(token) : sessionText(proof);
  }

  #byToken(given: string): Caller | undefined {
    const { token } = this.#rules;
    if (token !== undefined && sameSecret(given, token)) return { scope: "admin" };
    return this.#stored(parseToken(given), "secretHash");
  }

  #bySession(given: string): Caller | undefined {
    const { token } = this.#rules;
    if (token !== undefined && sameSecret(given, sessionOf(token))) return { scope: "admin" };
    return this.#stored(parseSession(given), "sessionHash");
  }

  #stored(proof: ReturnType<typeof parseToken>, kept: "secretHash" | "sessionHash"): Caller | undefined {
    const nowMs = Date.now();
    const found = proof && this.#rules.tokens?.find(proof.id, nowMs);
    if (found === undefined || !matchesHash(proof!.secret, found[kept])) return undefined;
    this.#rules.tokens?.noteUse(found.id, nowMs);
    return { scope: found.scope, name: found.name };
  }
}

/**
 * Refuses a request that needs more than its token allows.
 *
 * @throws TrainlogError `server/scope` (403).
 */
export function requireScope(caller: Caller | undefined, needed: TokenScope): void {
  const has = caller === undefined ? -1 : TOKEN_SCOPES.indexOf(caller.scope);
  if (has >= TOKEN_SCOPES.indexOf(needed)) return;
  const message = `this needs a token of scope ${needed}; the one that was sent has scope ${caller?.scope ?? "none"}`;
  throw new TrainlogError("server/scope", message, { status: 403 });
}
