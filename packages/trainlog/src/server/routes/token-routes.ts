/** @file Routes of tokens: who may do what. */
import {
  type CreatedToken,
  type CreateToken,
  createdToken,
  createToken,
  type NoQuery,
  type TokenInfo,
  type TokenList,
  tokenInfo,
  tokenList,
  type Whoami,
  whoami,
} from "../../api/index.ts";
import { type Route, route } from "./route.ts";

/** Tokens. */
export const tokenRoutes: readonly Route[] = [
  route<Whoami>({
    method: "GET",
    path: "/whoami",
    summary: "What this request is allowed to do",
    answer: whoami,
    handle: async ({ parts, caller }) => ({ tokenRequired: parts.callers.isTokenRequired, ...caller }),
  }),
  route<TokenList>({
    method: "GET",
    path: "/tokens",
    summary: "All tokens, without their secrets",
    scope: "admin",
    answer: tokenList,
    handle: async ({ parts }) => ({ tokens: parts.tokens.list() }),
  }),
  route<CreatedToken, NoQuery, CreateToken>({
    method: "POST",
    path: "/tokens",
    summary: "Make a token; its text is in the answer and never again. From the first one on, every request needs one",
    scope: "admin",
    body: createToken,
    answer: createdToken,
    handle: async ({ parts, body }) => parts.tokens.create(body),
  }),
  route<TokenInfo>({
    method: "DELETE",
    path: "/tokens/:tokenId",
    summary: "Revoke a token: from the next request on it is worth nothing",
    scope: "admin",
    answer: tokenInfo,
    handle: async ({ parts, param }) => parts.tokens.revoke(param("tokenId")),
  }),
];
