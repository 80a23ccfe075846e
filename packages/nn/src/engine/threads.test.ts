import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import {
  causalSoftmax,
  conv2d,
  conv2dWeightGrad,
  exp,
  fill,
  iota,
  matmul,
  matmulTril,
  max,
  reshape,
  sin,
  softmax,
  sum,
  transpose,
  trilMatmul,
  uniform,
} from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { engine } from "./engine.ts";
import { CONTROL } from "./memory-map.ts";
import { setThreads, threadCount } from "./set-threads.ts";

const initial = threadCount();
afterEach(() => setThreads(initial));

/** Numbers without a pattern that blocks could share. */
function waves(...shape: readonly number[]): AnyTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return reshape(sin(iota([size], 0, "float")), shape);
}

/** Waits until as many workers as are wanted take part; until then everything runs on fewer threads. */
async function untilReady(threads: number): Promise<void> {
  // More than there are cores, too: bits are the same all the same.
  engine().threads.set(threads);
  matmul(waves(256, 256), waves(256, 256)).dispose();
  const ready = (): number => Atomics.load(new Int32Array(engine().memory.buffer), CONTROL.READY / 4);
  while (ready() < threads - 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

const SAME = {
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1],
  groups: 1,
} as const;

/** Operations big enough for several threads, each cut in its own way. */
const BIG: Readonly<Record<string, () => AnyTensor>> = {
  "matmul, tall": () => matmul(waves(515, 130), waves(130, 67)),
  "matmul, wide": () => matmul(waves(67, 130), waves(130, 515)),
  "matmul, batch": () => matmul(waves(33, 50, 40), waves(33, 40, 50)),
  "matmulTril, one": () => matmulTril(waves(515, 67), waves(300, 67)),
  "matmulTril, wide": () => matmulTril(waves(67, 300), waves(515, 300)),
  "trilMatmul, batch": () => trilMatmul(waves(33, 70, 50), waves(33, 50, 60)),
  "trilMatmul, wide": () => trilMatmul(waves(130, 130), waves(130, 515), { transpose: true }),
  causalSoftmax: () => causalSoftmax(waves(33, 70, 131)),
  conv2d: () => conv2d(waves(5, 8, 33, 29), waves(13, 8, 3, 3), SAME),
  "conv2d, two images": () => conv2d(waves(2, 16, 33, 29), waves(26, 16, 3, 3), SAME),
  conv2dWeightGrad: () =>
    conv2dWeightGrad(waves(5, 8, 33, 29), waves(5, 13, 33, 29), { ...SAME, kernelSize: [3, 3] } as never),
  exp: () => exp(waves(123_457)),
  softmax: () => softmax(waves(1111, 100)),
  "sum over rows": () => sum(waves(1501, 1003), 0),
  "sum over columns": () => sum(waves(1501, 1003), 1),
  "largest of all": () => max(waves(1501, 1003)),
  transpose: () => transpose(waves(40, 130, 101), [0, 2, 1]),
  uniform: () => uniform(fill([2], 7, "int32"), [100_001], "float"),
};

describe("setThreads", () => {
  it("changes no bit of any result", async () => {
    setThreads(1);
    const alone = Object.fromEntries(Object.entries(BIG).map(([name, run]) => [name, run().data()]));
    for (const threads of [2, 3, 5]) {
      await untilReady(threads);
      for (const [name, run] of Object.entries(BIG)) {
        for (let again = 0; again < 3; again += 1)
          expect(run().data(), `${name} on ${threads} threads`).toEqual(alone[name]);
      }
    }
  });

  it("goes up and down without losing a job", async () => {
    await untilReady(4);
    const a = waves(300, 100);
    const b = waves(100, 90);
    const expected = matmul(a, b).data();
    for (let i = 0; i < 300; i += 1) {
      engine().threads.set(1 + (i % 4));
      const c = matmul(a, b);
      if (i % 50 === 0) expect(c.data()).toEqual(expected);
      c.dispose();
    }
  });

  it("refuses what is no number of threads, and takes the cores for more", () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => setThreads(count)).toThrowError(expect.objectContaining({ code: "engine/bad-threads" }));
    }
    setThreads(1000);
    expect(threadCount()).toBe(Math.min(navigator.hardwareConcurrency, 64));
    // The engine itself has room for 64.
    engine().threads.set(1000);
    expect(threadCount()).toBe(64);
  });
});

/** Runs a program in a process of its own and returns what it prints. */
function runChild(source: string, env: Readonly<Record<string, string>>): string {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const imports = `
    import { fill, matmul } from ${url("../primitives/index.ts")};
    import { threadCount } from ${url("./set-threads.ts")};
    const square = fill([400, 400], 1, "float");
  `;
  return execFileSync(
    process.execPath,
    ["--conditions=@trainlog/source", "--input-type=module", "--eval", imports + source],
    { encoding: "utf8", timeout: 20_000, stdio: "pipe", env: { ...process.env, ...env } },
  );
}

describe("a process", () => {
  it("ends though workers wait for jobs", () => {
    const source = `
      for (let i = 0; i < 50; i += 1) matmul(square, square).dispose();
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.stdout.write(String(matmul(square, square).data()[0]));
    `;
    expect(runChild(source, { TRAINLOG_THREADS: "3" })).toBe("400");
  });

  it("takes the number of threads from TRAINLOG_THREADS", () => {
    expect(runChild("process.stdout.write(String(threadCount()))", { TRAINLOG_THREADS: "5" })).toBe("5");
  });

  it("says which variable is wrong", () => {
    expect(() => runChild("", { TRAINLOG_THREADS: "many" })).toThrowError(/TRAINLOG_THREADS=many is NaN; it must be/);
  });

  it("runs on one thread where there is no SharedArrayBuffer", () => {
    const url = JSON.stringify(new URL("../primitives/index.ts", import.meta.url).href);
    const source = `
      delete globalThis.SharedArrayBuffer;
      const { fill, matmul } = await import(${url});
      const { threadCount } = await import(${JSON.stringify(new URL("./set-threads.ts", import.meta.url).href)});
      const square = fill([300, 300], 1, "float");
      process.stdout.write(matmul(square, square).data()[0] + " " + threadCount());
    `;
    const output = execFileSync(
      process.execPath,
      ["--conditions=@trainlog/source", "--input-type=module", "--eval", source],
      { encoding: "utf8", timeout: 20_000, env: { ...process.env, TRAINLOG_THREADS: "4" } },
    );
    expect(output).toBe("300 1");
  });
});
