/**
 * @file What `trainlog login` remembers: servers with their tokens, in a file of the user's configuration folder that nobody else can read (mode 0600).
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { isPlainObject } from "../../run/json.ts";
import type { Environment } from "../terminal/style.ts";

/** A server that is known. */
export interface KnownServer {
  readonly url: string;
  readonly token?: string;
}

/** All of the file. */
export interface Logins {
  /** The server that verbs go to when nothing else is said. */
  readonly current?: string;
  readonly servers: readonly KnownServer[];
}

const NOTHING: Logins = { servers: [] };

/** The file's path: in `$XDG_CONFIG_HOME`, `%APPDATA%`, else `~/.config`; `undefined` where the environment names none of them. */
export function loginPath(env: Environment): string | undefined {
  const base = env["XDG_CONFIG_HOME"] || env["APPDATA"] || (env["HOME"] ? join(env["HOME"], ".config") : undefined);
  return base === undefined ? undefined : join(base, "trainlog", "login.json");
}

/** What is remembered; nothing when there is no file. @throws TrainlogError `cli/bad-login-file`. */
export function readLogins(env: Environment): Logins {
  const path = loginPath(env);
  if (path === undefined || statSync(path, { throwIfNoEntry: false }) === undefined) return NOTHING;
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isPlainObject(json) && Array.isArray(json["servers"])) {
      const { current, servers } = json;
      return { ...(typeof current === "string" ? { current } : {}), servers: servers.filter(isServer) };
    }
  } catch (cause) {
    throw badFile(path, cause);
  }
  throw badFile(path);
}

/** Replaces the file whole. @throws TrainlogError `cli/write-failed`. */
export function writeLogins(logins: Logins, env: Environment): string {
  const path = loginPath(env);
  if (path === undefined) {
    throw new TrainlogError(
      "cli/write-failed",
      "there is no place for what login remembers: set $HOME or $XDG_CONFIG_HOME",
    );
  }
  const temporary = `${path}.${randomText(8)}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify({ format: "trainlog-login", version: 1, ...logins }, undefined, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    // The mode above is masked, and on some systems ignored.
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
    return path;
  } catch (cause) {
    rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainlogError("cli/write-failed", `${path}: could not be written: ${reason}`, { cause });
  }
}

function isServer(value: unknown): value is KnownServer {
  return (
    isPlainObject(value) && typeof value["url"] === "string" && ["string", "undefined"].includes(typeof value["token"])
  );
}

function badFile(path: string, cause?: unknown): TrainlogError {
  const message = `${path}: it cannot be read as what trainlog login wrote; remove it and log in again`;
  return new TrainlogError("cli/bad-login-file", message, { cause });
}
