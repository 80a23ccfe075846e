import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

const FILES: Readonly<Record<string, string>> = {
  "table.csv": 'name,score\n"<b>x</b>, y",1.5\n',
  "config.json": '{"lr":0.1,"deep":{"a":[1]}}',
  "notes.txt": "<script>window.hacked = 1</script>plain",
  "evil.svg":
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" onload="window.hacked=1"><script>window.hacked=1</script><rect width="20" height="20"/></svg>',
  "page.html": "<script>parent.hacked = 1</script><p>a page</p>",
  "weights.bin": "\u0000\u0001",
};

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  const files = [];
  for (const [path, text] of Object.entries(FILES))
    files.push({ path, sizeBytes: Buffer.byteLength(text), sha256: await server.putBlob(text) });
  const artifact = {
    type: "artifact",
    name: "model",
    kind: "model",
    wallMs: 1e12,
    digest: "d".repeat(64),
    files,
  } as const;
  await server.createRun({ runId: "maker", project: "p" });
  await server.send("maker", [{ ...artifact, direction: "produced", aliases: ["best"], metadata: { acc: 0.9 } }]);
  await server.createRun({ runId: "user", project: "p" });
  await server.send("user", [{ ...artifact, direction: "used" }]);
  const histogram = { type: "media", wallMs: 1e12, key: "weights", kind: "histogram" } as const;
  await server.send("maker", [
    { ...histogram, step: 0, data: { edges: [0, 1, 2], counts: [3, 1], count: 4, nonFinite: 0 } },
    { ...histogram, step: 10, data: { edges: [-1, 1, 3], counts: [5, 5], count: 10, nonFinite: 0 } },
  ]);
});

afterEach(async () => {
  await dashboard.closePages();
});

afterAll(() => dashboard.close());

describe("artifacts", () => {
  it("are previewed by kind, and nothing of them runs in the page", async () => {
    const page = await dashboard.visit("/runs/maker?tab=artifacts");
    for (const path of Object.keys(FILES).filter((name) => name !== "weights.bin"))
      await page.getByRole("button", { name: `Preview ${path}` }).click();
    await page.getByRole("cell", { name: "<b>x</b>, y" }).waitFor();
    await page.getByText('"lr": 0.1,').waitFor();
    await page.getByText("<script>window.hacked = 1</script>plain").waitFor();
    await eventually(() =>
      page.getByRole("img", { name: "evil.svg" }).evaluate((img) => (img as HTMLImageElement).naturalWidth),
    ).toBe(20);
    await page.frameLocator("iframe").getByText("a page").waitFor();
    expect(await page.getByRole("button", { name: "Preview weights.bin" }).count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    // The browser tells of the script that the sandbox did not run, and of nothing else.
    expect(dashboard.problems.splice(0).filter((problem) => !problem.includes("sandboxed"))).toEqual([]);
  });

  it("tell their versions, and which runs made and used them", async () => {
    const page = await dashboard.visit("/runs/user?tab=artifacts");
    await page.getByText("Versions, makers and users").click();
    const row = page.getByRole("row", { name: /v0/ });
    await eventually(() => row.innerText()).toContain("best");
    await row.getByRole("link", { name: "maker" }).click();
    await page.getByRole("heading", { name: "maker", level: 1 }).waitFor();
    expect(dashboard.problems.splice(0)).toEqual([]);
  });
});

it("shows histograms of all steps as one picture", async () => {
  const page = await dashboard.visit("/runs/maker?tab=media");
  await page.getByLabel("Over all steps").check();
  const picture = page.getByRole("img", { name: "weights over 2 steps, 0 to 10: values between −1 and 3" });
  await picture.waitFor();
  const inked = await picture.evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.some((part, i) => i % 4 === 3 && part > 0);
  });
  expect(inked).toBe(true);
  expect(dashboard.problems.splice(0)).toEqual([]);
});
