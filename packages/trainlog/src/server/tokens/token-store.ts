/**
 * @file The tokens of a store: `tokens.json` beside the runs, readable by its owner alone.
 *
 * Anybody who may write the folder may make tokens, with or without a server, so the file is looked at again whenever its time or size changed: a token that
 * was revoked from the command line is refused by the next request. When tokens were last used is in a file of its own (`tokens-used.json`), which only
 * the server writes, and not at every request.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type CreatedToken, type CreateToken, TOKEN_SCOPES, type TokenInfo } from "../../api/index.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { describeValue, TrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { diskError, systemCode } from "../../run-log/disk-error.ts";
import { withFileLock } from "../../store/file-lock.ts";
import { newToken, type TokenHashes } from "./token-text.ts";

const TOKENS_FILE = "tokens.json";
const USED_FILE = "tokens-used.json";
const LOCK_FILE = "tokens.lock";
const FORMAT = "trainlog-tokens";
const VERSION = 1;
/** Most tokens of a store: each person, machine and job can have one. */
const MAX_TOKENS = 10_000;
/** Time from a use of a token to when it is written down. */
const USED_MS = 60_000;

/** A token as it is kept. */
export interface TokenRecord extends Omit<TokenInfo, "lastUsedMs">, TokenHashes {}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const record: z.ZodType<TokenRecord> = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(TOKEN_SCOPES),
  createdMs: z.number(),
  expiresMs: z.number().exactOptional(),
  secretHash: hash,
  sessionHash: hash,
});
const tokensFile = z.object({ format: z.literal(FORMAT), version: z.literal(VERSION), tokens: z.array(record) });
const usedFile = z.record(z.string(), z.number());

/**
 * The tokens of a store.
 *
 * @example
 * const { token } = await new TokenStore("trainlog").create({ name: "CI", scope: "write" });
 */
export class TokenStore {
  readonly #dir: string;
  #records: ReadonlyMap<string, TokenRecord> = new Map();
  #signature = "";
  readonly #used = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param storeDir - The store's folder. */
  constructor(storeDir: string) {
    this.#dir = storeDir;
  }

  /** Says whether there is no token, not even one that has expired. @throws TrainlogError `token/bad-file`, `store/io`. */
  get isEmpty(): boolean {
    return this.#read().size === 0;
  }

  /** All tokens, without secrets, the newest first. @throws as {@link isEmpty}. */
  list(): TokenInfo[] {
    const used = this.#readUsed();
    const infos = Array.from(this.#read().values(), (token) =>
      infoOf(token, this.#used.get(token.id) ?? used[token.id]),
    );
    return infos.sort((a, b) => b.createdMs - a.createdMs);
  }

  /** The token of an id that works at this time. @throws as {@link isEmpty}. */
  find(id: string, nowMs: number): TokenRecord | undefined {
    const token = this.#read().get(id);
    return token === undefined || (token.expiresMs !== undefined && token.expiresMs <= nowMs) ? undefined : token;
  }

  /**
   * Makes a token. Its text is in the answer and nowhere else.
   *
   * @throws TrainlogError `token/bad-expiry` (400) for a time that is past, `token/too-many` (409), `token/bad-file`, `store/read-only`, `store/disk-full`, `store/io`.
   */
  async create({ name, scope = "write", expiresMs }: CreateToken, nowMs: number = Date.now()): Promise<CreatedToken> {
    if (expiresMs !== undefined && !(expiresMs > nowMs)) {
      const message = `expiresMs: expected a time in the future, in milliseconds since 1970, got ${describeValue(expiresMs)}`;
      throw new TrainlogError("token/bad-expiry", message, { status: 400 });
    }
    const { text, ...made } = newToken();
    const expiry = expiresMs === undefined ? {} : { expiresMs };
    const token: TokenRecord = { ...made, name, scope, createdMs: nowMs, ...expiry };
    await this.#change((tokens) => [...tokens, token]);
    return { token: text, info: infoOf(token) };
  }

  /**
   * Makes a token worthless, from the next request on.
   *
   * @throws TrainlogError `token/not-found` (404), `token/bad-file`, `store/read-only`, `store/disk-full`, `store/io`.
   */
  async revoke(id: string): Promise<TokenInfo> {
    const token = this.#read().get(id);
    if (token === undefined) throw notFound(id);
    await this.#change((tokens) => tokens.filter((other) => other.id !== id));
    return infoOf(token, this.#used.get(id));
  }

  /** Notes that a token was used. */
  noteUse(id: string, nowMs: number): void {
    this.#used.set(id, nowMs);
    this.#timer ??= setTimeout(() => this.close(), USED_MS).unref();
  }

  /** Writes down what was noted. The store can still be used. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#used.size === 0) return;
    const alive = Object.entries({ ...this.#readUsed(), ...Object.fromEntries(this.#used) }).filter(([id]) =>
      this.#records.has(id),
    );
    try {
      this.#replace(USED_FILE, `${JSON.stringify(Object.fromEntries(alive))}\n`);
    } catch {
      // When a token was last used is nice to know, and not worth failing for.
    }
  }

  #read(): ReadonlyMap<string, TokenRecord> {
    const path = join(this.#dir, TOKENS_FILE);
    const facts = statSync(path, { throwIfNoEntry: false });
    const signature = facts === undefined ? "none" : `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
    if (signature === this.#signature) return this.#records;
    const tokens = facts === undefined ? [] : parseTokens(path, readText(path));
    this.#records = new Map(tokens.map((token) => [token.id, token]));
    this.#signature = signature;
    return this.#records;
  }

  #readUsed(): Record<string, number> {
    try {
      return usedFile.parse(JSON.parse(readText(join(this.#dir, USED_FILE))));
    } catch {
      return {};
    }
  }

  async #change(edit: (tokens: readonly TokenRecord[]) => readonly TokenRecord[]): Promise<void> {
    makeFolder(this.#dir);
    await withFileLock(join(this.#dir, LOCK_FILE), () => {
      this.#signature = "";
      const tokens = edit([...this.#read().values()]);
      if (tokens.length > MAX_TOKENS) throw tooMany();
      this.#replace(TOKENS_FILE, `${JSON.stringify({ format: FORMAT, version: VERSION, tokens }, undefined, 2)}\n`);
      this.#signature = "";
    });
  }

  #replace(name: string, text: string): void {
    const path = join(this.#dir, name);
    const temporary = `${path}.${randomText(8)}`;
    try {
      writeFileSync(temporary, text, { flush: true, mode: 0o600 });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw diskError(error, `write ${path}`);
    }
  }
}

function infoOf(token: TokenRecord, lastUsedMs?: number): TokenInfo {
  const { secretHash: _, sessionHash: __, ...info } = token;
  return lastUsedMs === undefined ? info : { ...info, lastUsedMs };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw systemCode(error) === "ENOENT" ? error : diskError(error, `read ${path}`);
  }
}

/** A list that means nothing opens nothing: it is better to let nobody in than everybody. */
function parseTokens(path: string, text: string): readonly TokenRecord[] {
  try {
    return tokensFile.parse(JSON.parse(text)).tokens;
  } catch (cause) {
    const message = `${path} is not a list of tokens of this version; nobody is let in until it is mended, or removed (then make new tokens)`;
    throw new TrainlogError("token/bad-file", message, { cause });
  }
}

function notFound(id: string): TrainlogError {
  return new TrainlogError("token/not-found", `there is no token ${describeValue(id)}`, { status: 404 });
}

function tooMany(): TrainlogError {
  return new TrainlogError("token/too-many", `there are ${MAX_TOKENS} tokens; revoke some first`, { status: 409 });
}
