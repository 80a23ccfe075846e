import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chartOf, eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  await server.createRun({ runId: "drawn", project: "p" });
  const media = { type: "media", wallMs: 1e12, step: 0, kind: "figure" } as const;
  await server.send("drawn", [
    {
      ...media,
      key: "plotly",
      data: {
        format: "plotly",
        spec: { data: [{ type: "bar", name: "<b>n</b>", x: ["cat", "dog"], y: [3, 4] }], layout: { title: "Counts" } },
      },
    },
    {
      ...media,
      key: "vega",
      data: {
        format: "vega-lite",
        spec: {
          mark: "line",
          data: {
            values: [
              { a: 0, b: 1 },
              { a: 1, b: 3 },
            ],
          },
          encoding: { x: { field: "a" }, y: { field: "b" } },
        },
      },
    },
    { ...media, key: "surface", data: { format: "plotly", spec: { data: [{ type: "surface", z: [[1]] }] } } },
    {
      ...media,
      key: "svg",
      data: {
        format: "svg",
        svg: '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"><script>window.hacked=1</script></svg>',
      },
    },
    { ...media, key: "page", kind: "html", data: { html: "<script>parent.hacked = 1</script><p>framed</p>" } },
    {
      ...media,
      key: "words",
      kind: "text",
      data: { format: "markdown", text: "**bold** <img src=x onerror='window.hacked=1'>" },
    },
  ]);
});

afterEach(async () => {
  await dashboard.closePages();
});

afterAll(() => dashboard.close());

async function drop(page: Page, name: string, content: string): Promise<void> {
  const files = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text ?? ""], fileName ?? ""));
      return transfer;
    },
    [name, content],
  );
  await page.dispatchEvent("#content", "dragover", { dataTransfer: files });
  await page.dispatchEvent("#content", "drop", { dataTransfer: files });
}

describe("figures", () => {
  it("of lines and bars are drawn by the page, others are given as JSON, and none of them runs", async () => {
    const page = await dashboard.visit("/runs/drawn?tab=media");
    await page.getByRole("img", { name: "Counts: bars of <b>n</b>" }).waitFor();
    await page.getByRole("img", { name: "line of b" }).waitFor();
    await page.locator(".media-text, .markdown strong").first().waitFor();
    const surface = page.getByRole("region", { name: "surface" }).first();
    await surface.getByText("As JSON").click();
    await surface.getByText('"type": "surface"').waitFor();
    await page.frameLocator("iframe").getByText("framed").waitFor();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    // The browser tells of the script that the sandbox did not run, and of nothing else.
    expect(dashboard.problems.splice(0).filter((problem) => !problem.includes("sandboxed"))).toEqual([]);
  });
});

describe("a training log dropped on the page", () => {
  it("is shown without being sent, and becomes a run when asked", async () => {
    const page = await dashboard.visit("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    const posts: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET") posts.push(request.url());
    });
    const series = [{ name: "loss", values: [3, 2, "NaN", 1], color: "#000" }];
    await drop(
      page,
      "mlp.json",
      JSON.stringify({ title: "MLP <i>", steps: [0, 1, 2, 3], series, notes: ["a <b>remark</b>"] }),
    );
    const dialog = page.getByRole("dialog", { name: "Dropped file mlp.json" });
    await dialog.getByRole("heading", { name: "MLP <i>" }).waitFor();
    await dialog.getByText("a <b>remark</b>").waitFor();
    await dialog.getByRole("img", { name: "loss: line of loss" }).waitFor();
    expect(posts).toEqual([]);
    await dialog.getByRole("button", { name: "Import as a run" }).click();
    await page.getByRole("heading", { name: "MLP <i>", level: 1 }).waitFor();
    await eventually(() => chartOf(page, "loss").getAttribute("aria-label")).toContain("last 1 at step 3");
    expect(dashboard.problems.splice(0)).toEqual([]);
  });

  it("that is none says why", async () => {
    const page = await dashboard.visit("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await drop(page, "x.json", '{"series": 5}');
    await page.getByRole("alert").getByText("x.json is no training log").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(dashboard.problems.splice(0)).toEqual([]);
  });
});
