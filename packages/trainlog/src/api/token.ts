/** @file Tokens: who may do what on a server. */
import { z } from "zod";
import { wallMs } from "./wire.ts";

/** What a token allows: to look; also to feed and change runs; also to make and revoke tokens. */
export type TokenScope = "read" | "write" | "admin";

/** Every scope; each allows what those before it do. */
export const TOKEN_SCOPES: readonly TokenScope[] = ["read", "write", "admin"];

const scope = z.enum(TOKEN_SCOPES);
/** Ids are random: `k3v9x2ab`. */
const tokenId = z.string();
const tokenName = z.string().trim().min(1).max(200);

/** A token without its secret. */
export interface TokenInfo {
  readonly id: string;
  /** What it is for, in the words of whoever made it. */
  readonly name: string;
  readonly scope: TokenScope;
  readonly createdMs: number;
  /** When it stops to work; absent for one that works until it is revoked. */
  readonly expiresMs?: number;
  /** When it was last used, to about a minute; absent for one that never was. */
  readonly lastUsedMs?: number;
}

/** {@link TokenInfo}. */
export const tokenInfo: z.ZodType<TokenInfo> = z.object({
  id: tokenId,
  name: z.string(),
  scope,
  createdMs: wallMs,
  expiresMs: wallMs.exactOptional(),
  lastUsedMs: wallMs.exactOptional(),
});

/** Answer of `GET /tokens`. */
export interface TokenList {
  readonly tokens: readonly TokenInfo[];
}

/** {@link TokenList}. */
export const tokenList: z.ZodType<TokenList> = z.object({ tokens: z.array(tokenInfo) });

/** Body of `POST /tokens`. */
export interface CreateToken {
  readonly name: string;
  /** Default `write`. */
  readonly scope?: TokenScope;
  /** Default: never. */
  readonly expiresMs?: number;
}

/** {@link CreateToken}. */
export const createToken: z.ZodType<CreateToken> = z.strictObject({
  name: tokenName,
  scope: scope.exactOptional(),
  expiresMs: wallMs.exactOptional(),
});

/** Answer of `POST /tokens`: the only time that the secret is said. */
export interface CreatedToken {
  readonly token: string;
  readonly info: TokenInfo;
}

/** {@link CreatedToken}. */
export const createdToken: z.ZodType<CreatedToken> = z.object({ token: z.string(), info: tokenInfo });

/** Answer of `GET /whoami`. */
export interface Whoami {
  /** Whether the server asks for a token; if not, everybody who reaches it may do everything. */
  readonly tokenRequired: boolean;
  readonly scope: TokenScope;
  /** Name of the token; absent when none was needed or it is that of the server's environment. */
  readonly name?: string;
}

/** {@link Whoami}. */
export const whoami: z.ZodType<Whoami> = z.object({
  tokenRequired: z.boolean(),
  scope,
  name: z.string().exactOptional(),
});
