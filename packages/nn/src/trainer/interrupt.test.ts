import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { decodeFile } from "./checkpoint/container.ts";

const packageIndex = fileURLToPath(new URL("../index.ts", import.meta.url));
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trainlog-interrupt-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Trains without end in a process of its own, and interrupts it at the first sign of progress. */
async function interrupted(
  firstLines = "",
): Promise<{ readonly signal: NodeJS.Signals | null; readonly output: string }> {
  const script = join(dir, "train.ts");
  await writeFile(
    script,
    `import { Data, nn, Trainer } from ${JSON.stringify(packageIndex)};
${firstLines}
const model = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
await Trainer.new(model, { task: "regression" }).train(Data.regression2to1Grid({ n: 25 }), {
  steps: 1e9, backend: "eager", logEvery: 1000, progress: 10, log: ${JSON.stringify(join(dir, "log.json"))},
  checkpoint: { dir: ${JSON.stringify(join(dir, "checkpoints"))}, every: 1e9 },
  terminal: { isInteractive: false, columns: 80, write: (text) => process.stdout.write(text) },
});
console.log("behind training");
`,
  );
  const child = spawn(process.execPath, ["--conditions=@trainlog/source", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  child.stdout.on("data", (data) => {
    // The first line of progress: training is on.
    if (output === "") child.kill("SIGINT");
    output += data;
  });
  return { signal: await ended, output };
}

it("Ctrl-C finishes the step, saves, closes the log, and ends the process as interrupted", async () => {
  const { signal, output } = await interrupted();
  expect(signal).toBe("SIGINT");
  expect(output).toContain("interrupted: finishing the step and saving");
  expect(output).not.toContain("behind training");
  const log = JSON.parse(await readFile(join(dir, "log.json"), "utf8"));
  expect(log.notes).toContain("status=killed");
  const steps = Number(log.notes.find((note: string) => note.startsWith("steps="))?.slice("steps=".length));
  const path = join(dir, "checkpoints", `step-${String(steps).padStart(8, "0")}.safetensors`);
  expect(decodeFile("checkpoint", await readFile(path), path).facts).toMatchObject({ step: steps });
});

it("no line behind training runs when another listener of Ctrl-C ends the process a turn later, as an open run does", async () => {
  const { signal, output } = await interrupted(`process.on("SIGINT", function last() {
  if (process.listenerCount("SIGINT") > 1) return;
  process.off("SIGINT", last);
  setImmediate(() => process.kill(process.pid, "SIGINT"));
});`);
  expect(signal).toBe("SIGINT");
  expect(output).not.toContain("behind training");
});

it("a script that handles Ctrl-C itself goes on with what was trained", async () => {
  const { signal, output } = await interrupted(`process.on("SIGINT", () => undefined);`);
  expect(signal).toBe(null);
  expect(output).toContain("behind training");
});

it("a listener that goes away before it hears of Ctrl-C, as that of a run that was just closed, does not swallow it", async () => {
  const { signal, output } = await interrupted(`const closing = () => undefined;
process.on("SIGINT", closing);
const { kill } = process;
process.kill = (...args) => {
  const sent = kill.apply(process, args);
  process.off("SIGINT", closing);
  return sent;
};`);
  expect(signal).toBe("SIGINT");
  expect(output).not.toContain("behind training");
});
