import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../../../scripts/chromium.ts";
import { primitiveList, scalar } from "../../src/primitives/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { compileGpuStep } from "../../src/webgpu/gpu-step.ts";
import { bundleForBrowser, type PageServer, servePage } from "./page-server.ts";
import { type DigitsJob, trainDigits } from "./train-digits.ts";
import type {} from "./webgpu-script.ts";

/** Chromium computes WebGPU in software where there is no GPU. */
const SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const TIMEOUT_MS = 240_000;

let browser: Browser;
let pages: PageServer;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  pages = await servePage(await bundleForBrowser(new URL("webgpu-script.ts", import.meta.url)));
  browser = await launchChromium(SOFTWARE_GPU);
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => problems.push(message.text()));
  await page.goto(`${pages.origin}/isolated/`);
  await page.addScriptTag({ url: "script.js", type: "module" });
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await pages?.close();
});

describe("the WebGPU backend", () => {
  it(
    "computes what the eager backend computes, for every primitive",
    async () => {
      const results = await page.evaluate(() => globalThis.compareBackends());
      const wrong = results.filter(({ difference }) => !(difference < 1e-5));
      expect(wrong.map(({ name, difference, note }) => ({ name, difference, note }))).toEqual([]);
      const used = new Set(results.flatMap(({ primitives }) => primitives));
      expect(primitiveList.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
      expect(problems).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "trains digits with the losses of the compiled backend, to rounding",
    async () => {
      const job: DigitsJob = { steps: 20, backend: "webgpu", logEvery: 10 };
      const onGpu = await page.evaluate((sent) => globalThis.train(sent), job);
      const here = await trainDigits({ ...job, backend: "compiled" });
      expect(onGpu.losses).toHaveLength(20);
      onGpu.losses.forEach((loss, step) => {
        expect(Math.abs(loss - (here.losses[step] ?? 0))).toBeLessThan(step < 10 ? 1e-4 : 2e-2);
      });
      expect(onGpu.accuracy).toBeCloseTo(here.accuracy, 1);
      expect(problems).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "runs steps in groups with the same bits as one by one",
    async () => {
      const [grouped, single] = await page.evaluate(
        async (jobs) => [await globalThis.train(jobs[0]), await globalThis.train(jobs[1])],
        [
          { steps: 5, backend: "webgpu", logEvery: 100, quiet: true },
          { steps: 5, backend: "webgpu", logEvery: 1 },
        ] as const,
      );
      expect(grouped?.parameterBits).toBe(single?.parameterBits);
    },
    TIMEOUT_MS,
  );

  it("keeps the state in GPU memory: carried, swapped, replaced, for batches of several shapes", async () => {
    expect(await page.evaluate(() => globalThis.tryStates())).toEqual({
      carried: [1, 2, 13, 24],
      swapped: [3, 4, 1, 2],
      replaced: [7, 8, 9, 9],
      shapes: [6, 2, 10],
      disposed: "tensor/disposed",
    });
  });

  it("says what it cannot do", async () => {
    expect(await page.evaluate(() => globalThis.tryErrors())).toEqual({
      double: ["webgpu/no-f64", expect.stringContaining('"w" of the state is f64')],
      cast: ["webgpu/no-f64", expect.stringContaining("the result of cast is f64")],
      index: [
        "shape/bad-index",
        expect.stringContaining("an index is 9, but the axis that it counts along has 4 places"),
      ],
      primitive: ["webgpu/unsupported", expect.stringContaining("no kernel for mystery")],
      loss: ["trainer/non-finite", expect.stringContaining("the loss is NaN at step 3")],
      afterIndex: [1],
    });
  });

  it("needs a browser with WebGPU", async () => {
    await expect(
      compileGpuStep((state: AnyTensor) => ({ state, output: {} }), scalar(1, "float")),
    ).rejects.toMatchObject({
      code: "webgpu/no-adapter",
      message: expect.stringContaining('backend "compiled" runs everywhere'),
    });
  });
});
