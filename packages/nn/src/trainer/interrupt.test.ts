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

it("Ctrl-C finishes the step, saves, closes the log, and ends the process as interrupted", async () => {
  const script = join(dir, "train.ts");
  await writeFile(
    script,
    `import { Data, nn, Trainer } from ${JSON.stringify(packageIndex)};
const model = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
await Trainer.new(model, { task: "regression" }).train(Data.regression2to1Grid({ n: 25 }), {
  steps: 1e9, backend: "eager", logEvery: 1000, progress: 10, log: ${JSON.stringify(join(dir, "log.json"))},
  checkpoint: { dir: ${JSON.stringify(join(dir, "checkpoints"))}, every: 1e9 },
  terminal: { isInteractive: false, columns: 80, write: (text) => process.stdout.write(text) },
});
console.log("not reached");
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
  expect(await ended).toBe("SIGINT");
  expect(output).toContain("interrupted: finishing the step and saving");
  expect(output).not.toContain("not reached");
  const log = JSON.parse(await readFile(join(dir, "log.json"), "utf8"));
  expect(log.notes).toContain("status=killed");
  const steps = Number(log.notes.find((note: string) => note.startsWith("steps="))?.slice("steps=".length));
  const path = join(dir, "checkpoints", `step-${String(steps).padStart(8, "0")}.safetensors`);
  expect(decodeFile("checkpoint", await readFile(path), path).facts).toMatchObject({ step: steps });
});
