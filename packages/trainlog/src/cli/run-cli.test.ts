import { describe, expect, it } from "vitest";
import { TrainlogError } from "../run/error.ts";
import { type Command, defineCommand } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { type CliWorld, runCli } from "./run-cli.ts";
import { textWidth } from "./terminal/text-width.ts";

const echo: Command = defineCommand({
  name: "echo",
  summary: "say what was asked",
  arguments: [{ name: "WORD", help: "what to say", required: true, many: true }],
  options: {
    port: { type: "integer", value: "N", default: 5000, min: 0, max: 65535, help: "port" },
    dir: { type: "text", value: "DIR", help: "folder" },
    host: { type: "text", value: "NAME", multiple: true, help: "names" },
    sort: { type: "text", value: "BY", choices: ["name", "age"], default: "age", help: "order" },
    open: { type: "boolean", help: "open it" },
  },
  examples: [["trainlog echo hello", "says hello"]],
  run: async ({ options, args, context }) => {
    context.out.data({ options, args });
    context.out.text(args.join(" "));
    return 0;
  },
});

const faulty: Command = defineCommand({
  name: "faulty",
  summary: "fail as told",
  arguments: [{ name: "HOW", help: "how to fail", required: true }],
  examples: [],
  run: async ({ args, context }) => {
    if (args[0] === "interrupted") context.signal.throwIfAborted();
    if (args[0] === "ours") throw new TrainlogError("store/broken", "the store is broken\nmend it");
    throw new Error("surprise \u001b[2J");
  },
});

const serve: Command = defineCommand({
  name: "serve",
  summary: "serve",
  options: { port: { type: "integer", value: "N", help: "port" } },
  examples: [],
  run: async ({ options, context }) => {
    context.out.text(`serving ${options.port}`);
    return 0;
  },
});

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const world: CliWorld = {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
    nowMs: () => 0,
    version: async () => "1.2.3",
    commands: [echo, faulty, serve].map((command) => ({ ...command, load: async () => command })),
  };
  return { code: await runCli(argv, world), ...written };
}

describe("runCli", () => {
  it("gives a command its options with defaults, lists and arguments", async () => {
    const { code, stdout } = await run(
      "echo",
      "a",
      "--host",
      "x",
      "--port=80",
      "--host",
      "y",
      "--json",
      "b",
      "--",
      "--open",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      options: { port: 80, host: ["x", "y"], sort: "age", open: false, json: true, debug: false, help: false },
      args: ["a", "b", "--open"],
    });
  });

  it("takes no command, or an option first, as serve", async () => {
    expect((await run()).stdout).toBe("serving undefined\n");
    expect((await run("--port", "7")).stdout).toBe("serving 7\n");
  });

  it.each([
    [["ecko", "a"], 'unknown command "ecko"; did you mean "echo"?'],
    [["zzz"], 'unknown command "zzz" (all commands'],
    [["echo", "a", "--prot", "1"], 'unknown option --prot; did you mean "--port"?'],
    [["echo", "a", "--constructor"], "unknown option --constructor (see"],
    [["echo", "a", "-x"], "unknown option -x"],
    [["echo", "a", "--port", "http"], '--port: expected a whole number from 0 to 65535, got "http"'],
    [["echo", "a", "--port", "65536"], "--port: expected a whole number from 0 to 65535"],
    [["echo", "a", "--port", "-1"], '--port: expected a whole number from 0 to 65535, got "-1"'],
    [["echo", "a", "--port", "1e3"], "--port: expected a whole number"],
    [["echo", "a", "--port"], "--port needs a value: --port N"],
    [["echo", "a", "--dir", "--open"], "--dir needs a value: --dir DIR"],
    [["echo", "a", "--sort", "nmae"], '--sort: expected name, age, got "nmae"; did you mean "name"?'],
    [["echo", "a", "--open=yes"], '--open takes no value, got "yes"'],
    [["echo"], "trainlog echo needs WORD: what to say"],
    [["faulty", "ours", "more"], 'trainlog faulty does not know what to do with "more"'],
  ])("refuses %j with exit code 2 and says why", async (argv, message) => {
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says an error of ours in plain lines and fails with 1", async () => {
    expect(await run("faulty", "ours")).toEqual({
      code: 1,
      stdout: "",
      stderr: "trainlog: the store is broken\n  mend it\n",
    });
  });

  it("says that a surprise is our fault, shows its stack on request, and lets nothing reach the terminal's controls", async () => {
    const { code, stderr } = await run("faulty", "surprise");
    expect(code).toBe(1);
    expect(stderr).toBe(
      "trainlog: this is a fault in trainlog, not in what you did (cli/internal): surprise �[2J\nrun the same command with --debug for the stack\n",
    );
    expect((await run("faulty", "surprise", "--debug")).stderr).toContain("run-cli.test.ts");
  });

  it("gives errors as JSON under --json, also those of the command line", async () => {
    expect(JSON.parse((await run("faulty", "ours", "--json")).stdout)).toEqual({
      error: { code: "store/broken", message: "the store is broken\nmend it" },
    });
    expect(JSON.parse((await run("ecko", "--json")).stdout).error.code).toBe("cli/usage");
  });

  it("ends quietly with 130 when it was interrupted", async () => {
    const notes: string[] = [];
    const world = {
      stdout: { write: () => {} },
      stderr: { write: (text: string) => notes.push(text) },
      env: {},
      cwd: "/",
      nowMs: () => 0,
    };
    const commands = [{ ...faulty, load: async () => faulty }];
    const signal = AbortSignal.abort("SIGINT");
    expect(await runCli(["faulty", "interrupted"], { ...world, signal, version: async () => "", commands })).toBe(130);
    expect(notes).toEqual(["interrupted\n"]);
  });

  it("prints its version", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
  });

  it("prints help with usage, defaults, choices and exit codes, whatever else is wrong with the line", async () => {
    const { code, stdout } = await run("echo", "--help");
    expect(code).toBe(0);
    for (const part of [
      "trainlog echo WORD… [options]",
      "(default: 5000)",
      "name | age",
      "may be repeated",
      "Exit codes:",
      "says hello",
    ]) {
      expect(stdout).toContain(part);
    }
    expect((await run("help", "echo")).stdout).toBe(stdout);
  });

  it("lists the commands", async () => {
    expect((await run("--help")).stdout).toMatch(/echo\s+say what was asked/);
  });
});

describe("the table of commands", () => {
  it.each(COMMANDS.map(({ name }) => name))(
    "%s describes itself as the table does, with an example, within 80 columns",
    async (name) => {
      const written: string[] = [];
      const stdout = { isTTY: true, columns: 80, write: (text: string) => written.push(text) };
      const world = {
        stdout,
        stderr: stdout,
        env: { NO_COLOR: "1" },
        cwd: "/",
        signal: new AbortController().signal,
        nowMs: () => 0,
      };
      expect(await runCli([name, "--help"], { ...world, version: async () => "" })).toBe(0);
      const entry = COMMANDS.find((command) => command.name === name)!;
      expect(written.join("")).toContain(`trainlog ${name}: ${entry.summary}`);
      expect((await entry.load()).examples.length).toBeGreaterThan(0);
      for (const line of written.join("").split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(80);
    },
  );
});
