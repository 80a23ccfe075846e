/** @file `trainlog doctor`: what could be in the way, and what to do about it. */
import { existsSync, statSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { TrainlogClient } from "../../client/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { browserCommand } from "../open-browser.ts";
import { loginPath, readLogins } from "../place/login-file.ts";
import { PLACE_OPTIONS, type ServerWhere, serverAt, whereOf } from "../place/where.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import { formatBytes, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** What one check found. `warn` is worth knowing, `fail` keeps something from working. */
interface Finding {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail";
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
}

const MIN_NODE = 24;
const LOW_DISK_BYTES = 1024 ** 3;
const NO_DISK_BYTES = 50 * 1024 ** 2;
/** Clocks of two machines, or a run and its reader, that differ by more than this make ages and filters by time wrong. */
const CLOCK_MS = 60_000;
const DEFAULT_PORT = 5000;

const SIGNS = { ok: "✓", warn: "!", fail: "✗" } as const;
const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const;

/** `trainlog doctor` */
export const doctorCommand: Command = defineCommand({
  name: "doctor",
  summary: "check machine, store and server, and say what to do",
  details: ["Looks and changes nothing: Node, folder, lock, disk, clock, damaged runs, port, browser, login, server."],
  options: PLACE_OPTIONS,
  examples: [
    ["trainlog doctor", "the folder ./trainlog"],
    ["trainlog doctor --url http://gpu-box:5000", "a server"],
  ],
  exitCodes: { 1: "something is in the way; each is named with what to do" },
  run: async ({ options, context }) => {
    const { out } = context;
    const findings = [
      nodeCheck(process.versions.node),
      await portCheck(),
      browserCheck(context),
      ...loginChecks(context),
    ];
    const where = whereOf(options, context);
    if (where.kind === "server") findings.push(...(await serverChecks(where, context)));
    else findings.push(...(await folderChecks(where.dir, context)));
    const ok = findings.every(({ state }) => state !== "fail");
    out.data({ ok, findings });
    const lines = findings.map(({ check, state, message, advice }) => {
      const line = `${out.style[COLOURS[state]](`${SIGNS[state]} ${check}`)}  ${visibleText(message)}`;
      return advice === undefined ? line : `${line}\n    ${visibleText(advice)}`;
    });
    out.text(lines.join("\n"));
    return ok ? EXIT_OK : EXIT_PROBLEM;
  },
});

function nodeCheck(version: string): Finding {
  if (Number.parseInt(version, 10) >= MIN_NODE) return { check: "node", state: "ok", message: `version ${version}` };
  return {
    check: "node",
    state: "fail",
    message: `version ${version}`,
    advice: `install Node ${MIN_NODE} or newer: https://nodejs.org`,
  };
}

function portCheck(): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      const advice = "trainlog serve takes the next free one; --port N asks for another";
      resolve({ check: "port", state: "warn", message: `${DEFAULT_PORT} is taken by a program`, advice });
    });
    server.listen(DEFAULT_PORT, "127.0.0.1", () => {
      server.close(() => resolve({ check: "port", state: "ok", message: `${DEFAULT_PORT} is free` }));
    });
  });
}

function browserCheck({ env }: CommandContext): Finding {
  const command = browserCommand(process.platform, env);
  if (command !== undefined) return { check: "browser", state: "ok", message: `opened by ${command[0]}` };
  const advice = "open the printed address in a browser of your machine; over ssh: ssh -L 5000:127.0.0.1:5000 HOST";
  return { check: "browser", state: "warn", message: "none that could be opened from here", advice };
}

function loginChecks({ env }: CommandContext): Finding[] {
  const path = loginPath(env);
  const facts = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || facts === undefined) return [];
  try {
    const { servers } = readLogins(env);
    const isOpen = process.platform !== "win32" && (facts.mode & 0o077) !== 0;
    if (!isOpen)
      return [{ check: "login", state: "ok", message: `${formatPlural(servers.length, "server")} in ${path}` }];
    return [
      {
        check: "login",
        state: "fail",
        message: `other users of this machine can read the tokens in ${path}`,
        advice: `chmod 600 ${path}`,
      },
    ];
  } catch (error) {
    return [failed("login", error)];
  }
}

async function folderChecks(dir: string, context: CommandContext): Promise<Finding[]> {
  if (!existsSync(dir)) {
    const advice = "a script that logs makes it, or: trainlog demo";
    return [{ check: "folder", state: "warn", message: `there is none at ${dir} yet`, advice }];
  }
  return [
    await writableCheck(dir),
    await diskCheck(dir),
    ...(await lockChecks(dir, context)),
    ...(await runChecks(dir, context)),
  ];
}

async function writableCheck(dir: string): Promise<Finding> {
  for (const path of [dir, join(dir, "runs")].filter((one) => existsSync(one))) {
    try {
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      const advice =
        "runs can be neither logged nor changed there; change its owner or its mode, or use another folder (--dir)";
      return { check: "folder", state: "fail", message: `${path} cannot be written by this user`, advice };
    }
  }
  return { check: "folder", state: "ok", message: dir };
}

async function diskCheck(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dir);
  const freeBytes = bavail * bsize;
  const message = `${formatBytes(freeBytes)} free`;
  if (freeBytes >= LOW_DISK_BYTES) return { check: "disk", state: "ok", message };
  const advice = "trainlog du says what takes room, trainlog gc frees what was removed";
  return { check: "disk", state: freeBytes < NO_DISK_BYTES ? "fail" : "warn", message, advice };
}

/** Who serves the folder, and whether that server answers. */
async function lockChecks(dir: string, context: CommandContext): Promise<Finding[]> {
  const { servingProcess } = await import("../../store/index.ts");
  const server = servingProcess(dir);
  if (server === undefined) return [{ check: "lock", state: "ok", message: "no server serves this folder" }];
  if (server.address === undefined) return [{ check: "lock", state: "ok", message: "a process has it open" }];
  return serverChecks(serverAt(server.address, undefined, "option", context), context);
}

async function runChecks(dir: string, context: CommandContext): Promise<Finding[]> {
  try {
    return await withStore(dir, context, TO_LOOK, async (store) => {
      const { total } = await store.listRuns({ archived: "include", limit: 1 });
      const { filter } = { filter: (await import("../../query/index.ts")).parseFilter("damage > 0") };
      const damaged = await store.listRuns({ filter, archived: "include", limit: 5 });
      const ahead = await store.listRuns({ archived: "include", sort: [{ by: "lastMs", descending: true }], limit: 1 });
      return [
        damageFinding(
          total,
          damaged.runs.map(({ runId }) => runId),
          damaged.total,
        ),
        ...clockFinding(ahead.runs[0]?.lastMs, context.nowMs(), "a run"),
      ];
    });
  } catch (error) {
    return [failed("runs", error)];
  }
}

function damageFinding(total: number, damaged: readonly string[], count: number): Finding {
  if (count === 0)
    return { check: "runs", state: "ok", message: `${formatPlural(total, "run")}, none known to be damaged` };
  const message = `${count} of ${formatPlural(total, "run")} damaged: ${damaged.join(", ")}${count > damaged.length ? ", …" : ""}`;
  return {
    check: "runs",
    state: "fail",
    message,
    advice: "trainlog verify names each damage, trainlog repair keeps what is readable",
  };
}

function clockFinding(thenMs: number | undefined, nowMs: number, whose: string): Finding[] {
  if (thenMs === undefined || thenMs - nowMs <= CLOCK_MS) return [];
  const message = `${whose} is ${Math.round((thenMs - nowMs) / 1000)} s ahead of this machine's clock`;
  return [
    {
      check: "clock",
      state: "warn",
      message,
      advice: "set the clocks by NTP; ages and filters by time are off until then",
    },
  ];
}

async function serverChecks({ url, token }: ServerWhere, { signal, nowMs }: CommandContext): Promise<Finding[]> {
  const client = new TrainlogClient(url, { signal, timeoutMs: 10_000, ...(token === undefined ? {} : { token }) });
  try {
    const answer = await client.channel.open("GET", "/health");
    await answer.body?.cancel();
    const { version } = await client.version();
    const { scope, tokenRequired } = await client.whoami();
    const thenMs = Date.parse(answer.headers.get("date") ?? "");
    const skewMs = Math.abs(thenMs - nowMs());
    const isPlain = tokenRequired && url.startsWith("http:") && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(url);
    return [
      { check: "server", state: "ok", message: `${url} runs trainlog ${version}; you may ${scope}` },
      ...(skewMs > CLOCK_MS ? clockFinding(nowMs() + skewMs, nowMs(), "the server") : []),
      ...(isPlain
        ? [
            {
              check: "server",
              state: "warn" as const,
              message: "the token goes over the network in the clear",
              advice: "put a proxy with TLS before the server, or use ssh -L",
            },
          ]
        : []),
    ];
  } catch (error) {
    return [failed("server", error)];
  }
}

function failed(check: string, error: unknown): Finding {
  if (!isTrainlogError(error)) throw error;
  const [message = "", ...advice] = error.message.split("\n");
  return { check, state: "fail", message, ...(advice.length === 0 ? {} : { advice: advice.join(" ") }) };
}
