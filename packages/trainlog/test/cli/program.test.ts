import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startNode, trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const BIN = fileURLToPath(new URL("../../bin/trainlog.js", import.meta.url));
const manifest: { version: string } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-program-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A Node older than 24 on this machine, if there is one. */
function oldNode(): string | undefined {
  const candidates = (process.env["PATH"] ?? "").split(delimiter).map((dir) => join(dir, "node"));
  return candidates.find(
    (path) => existsSync(path) && Number(/^v(\d+)/.exec(String(execFileSync(path, ["--version"])))?.[1]) < 24,
  );
}

describe("trainlog", () => {
  it("says its version", async () => {
    expect(await trainlog(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  it("lists its commands without colour in a pipe, and with colour when that is forced", async () => {
    const plain = await trainlog(["--help"]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/serve +serve a store/);
    expect(plain.stdout).not.toContain("\u001b");
    expect((await trainlog(["--help"], { env: { FORCE_COLOR: "1" } })).stdout).toContain("\u001b[1m");
  });

  it("refuses an unknown command with 2 and names the nearest", async () => {
    const { code, stdout, stderr } = await trainlog(["srve"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe('trainlog: unknown command "srve"; did you mean "serve"? (all commands: trainlog --help)\n');
  });

  it("does not complain when its reader goes away", async () => {
    const { child, result } = startNode([
      "-e",
      `
      const { spawn } = require("node:child_process");
      const trainlog = spawn(process.execPath, ${JSON.stringify(["--conditions=@trainlog/source", BIN, "--help"])}, { env: { ...process.env, TRAINLOG_SOURCE: "1" }, stdio: ["ignore", "pipe", "inherit"] });
      trainlog.stdout.destroy();
      trainlog.on("close", (code) => process.exit(code ?? 9));
    `,
    ]);
    expect(child.pid).toBeGreaterThan(0);
    expect(await result).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("bin/trainlog.js", () => {
  it("runs the TypeScript of a checkout on request", async () => {
    const { code, stdout } = await startNode([BIN, "--version"], { env: { TRAINLOG_SOURCE: "1" } }).result;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${manifest.version}\n` });
  });

  it("says what to do in a checkout that is not built", async () => {
    cpSync(BIN, join(folder, "unbuilt", "bin", "trainlog.js"));
    cpSync(new URL("../../package.json", import.meta.url), join(folder, "unbuilt", "package.json"));
    const { code, stdout, stderr } = await startNode([join(folder, "unbuilt", "bin", "trainlog.js")]).result;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "trainlog: this checkout is not built yet; run `npm run build` in it (or `npm ci`, which builds too)\n",
    );
  });

  it("has no syntax that Node 12 cannot parse", () => {
    const code = readFileSync(BIN, "utf8");
    expect(transformSync(code, { target: "node12.20" }).code).toBe(transformSync(code, { target: "esnext" }).code);
    expect(code).not.toMatch(/^(import|export) /m);
  });

  const TOO_OLD = /^trainlog: needs Node 24 or newer, this is v\d+\.\d+\.\d+; .*\n$/;

  it("tells an older Node in one line (version simulated)", async () => {
    const old =
      "Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.2'}});Object.defineProperty(process,'version',{value:'v18.20.2'})";
    const { code, stdout, stderr } = await startNode([
      "--import",
      `data:text/javascript,${encodeURIComponent(old)}`,
      BIN,
      "serve",
    ]).result;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(TOO_OLD);
    expect(stderr).toContain("v18.20.2");
  });

  it.skipIf(oldNode() === undefined)(
    "tells an older Node in one line (a real one; skipped where every Node is new)",
    async () => {
      const { code, stdout, stderr } = await startNode([BIN, "serve"], {}, oldNode()).result;
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(TOO_OLD);
    },
  );
});
