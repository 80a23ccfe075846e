import { execFile } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { cliFixture, sampleRun } from "../test-cli.ts";

const world = cliFixture();
const run = promisify(execFile);
const RUNS = [
  sampleRun("run-a", { name: "alpha", lr: 0.1, tags: ["best"] }),
  sampleRun("run-b", { name: "beta two", lr: 0.2 }),
];

describe("doctor", () => {
  it("is content with a sound folder, and speaks of its server", async () => {
    await world.makeRuns(...RUNS);
    expect((await world.cli("doctor", "--dir", "store")).stdout).toContain("2 runs, none known to be damaged");
    const { url } = await world.serve();
    const { code, stdout } = await world.cli("doctor", "--dir", "store", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).findings).toContainEqual(
      expect.objectContaining({ check: "server", state: "ok", message: expect.stringContaining(url) }),
    );
  });

  it("names damage, a server that is away, and tokens that others can read, with what to do", async () => {
    await world.makeRuns(...RUNS);
    appendFileSync(join(world.dir, "store/runs/run-a/000001.log"), Buffer.alloc(200, 7));
    expect(await world.cli("doctor", "--dir", "store")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("trainlog repair"),
    });
    expect(await world.cli("doctor", "--url", "http://127.0.0.1:1")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("no answer from"),
    });
    world.env = { XDG_CONFIG_HOME: world.dir };
    mkdirSync(join(world.dir, "trainlog"));
    const path = join(world.dir, "trainlog/login.json");
    writeFileSync(path, '{"servers":[]}');
    chmodSync(path, 0o644);
    expect(await world.cli("doctor", "--dir", "store")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`chmod 600 ${path}`),
    });
  });
});

describe("completion", () => {
  const words = async (...line: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await world.cli("completion", "words", "--", ...line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.split("\n").filter((word) => word !== "");
  };

  it("knows commands, options, values, runs, projects and tags", async () => {
    await world.makeRuns(...RUNS);
    world.env = { TRAINLOG_DIR: "store" };
    expect(new Set(await words("re"))).toEqual(new Set(["rename", "repair", "restore"]));
    expect(await words("ls", "--pro")).toEqual(["--project"]);
    expect(await words("ls", "--project", "")).toEqual(["demo"]);
    expect(await words("ls", "--state", "f")).toEqual(["finished", "failed"]);
    expect(new Set(await words("show", ""))).toEqual(new Set(["alpha", "beta two", "run-a", "run-b"]));
    expect(await words("tag", "")).toEqual(["add", "rm"]);
    expect(await words("tag", "add", "b")).toEqual(["best"]);
    expect(await words("tag", "add", "best", "al")).toEqual(["alpha"]);
    expect(await words("nonsense", "x")).toEqual([]);
    world.env = { TRAINLOG_DIR: "nowhere" };
    expect(await words("show", "")).toEqual([]);
  });

  it("works in bash: the script asks the program and quotes what it is told", async () => {
    const { stdout: script } = await world.cli("completion", "bash");
    const program = join(world.dir, "trainlog");
    // Stands for the program: says what it was asked, and a name with a space.
    writeFileSync(program, '#!/bin/bash\nprintf "%s\\n" "asked:$*" "beta two"\n', { mode: 0o755 });
    const test = `${script}\nCOMP_WORDS=(${program} show be); COMP_CWORD=2; _trainlog; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p trainlog`;
    const { stdout } = await run("bash", ["--norc", "-c", test]);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "asked:completion\\ words\\ --\\ show\\ be",
      "beta\\ two",
      "complete -o default -F _trainlog trainlog",
    ]);
  });
});

describe("token", () => {
  it.each(["folder", "server"])("is made, listed and revoked on a %s", async (kind) => {
    await world.makeRuns();
    const made = await world.cli("token", "create", "boss", "--scope", "admin", "--dir", "store");
    expect(made.code).toBe(0);
    const { url } = await world.serve("secret of the environment");
    const at = kind === "folder" ? ["--dir", "store"] : ["--url", url, "--token", made.stdout.trim()];
    const { token, info } = JSON.parse(
      (await world.cli("token", "create", "laptop", "--scope", "read", ...at, "--json")).stdout,
    );
    expect((await world.cli("ls", "--url", url, "--token", token)).code).toBe(0);
    expect(await world.cli("rename", "x", "y", "--url", url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("trainlog login"),
    });
    const listed = await world.cli("token", "list", ...at);
    expect(listed.stdout).toMatch(/laptop\s+read/);
    expect(listed.stdout).not.toContain(token);
    await world.cli("token", "create", "guest", "--days", "3", "--dir", "store");
    expect((await world.cli("token", "list", "--dir", "store")).stdout).toMatch(/guest .* in 3 d/);
    expect((await world.cli("token", "revoke", info.id, ...at)).code).toBe(0);
    expect((await world.cli("ls", "--url", url, "--token", token)).code).toBe(1);
    expect((await world.cli("token", "revoke", "nothing", ...at)).code).toBe(1);
    expect((await world.cli("token", "crate", ...at)).stderr).toContain('did you mean "create"');
  });
});
