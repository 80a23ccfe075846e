import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

async function detailOf(runId: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${dashboard.server.url}/api/v1/runs/${runId}`);
  return JSON.parse(await response.text());
}

const notesField = (page: Page) => page.getByRole("textbox", { name: "Notes in Markdown" });

describe("notes", () => {
  it("are drawn as Markdown, edited beside a preview, and saved", async () => {
    await dashboard.server.createRun({
      runId: "noted",
      project: "p",
      notes: "# Goal\n\n**wide** and [a link](https://a.b/)",
    });
    const page = await dashboard.visit("/runs/noted?tab=overview");
    await page.getByRole("heading", { name: "Goal", level: 3 }).waitFor();
    expect(await page.getByRole("link", { name: "a link" }).getAttribute("rel")).toContain("noopener");
    await page.getByRole("button", { name: "Edit" }).click();
    await notesField(page).fill("- first\n- *second*");
    await page.getByRole("region", { name: "Preview of the notes" }).getByText("second").waitFor();
    await notesField(page).press("Control+Enter");
    await page.locator(".notes-card .markdown em").waitFor();
    await eventually(async () => (await detailOf("noted"))["notes"]).toBe("- first\n- *second*");
  });

  it("of two tabs are not lost: the later one sees both texts and joins them", async () => {
    await dashboard.server.createRun({ runId: "shared", project: "p", notes: "start" });
    const [first, second] = [
      await dashboard.visit("/runs/shared?tab=overview"),
      await dashboard.visit("/runs/shared?tab=overview"),
    ];
    for (const page of [first, second]) await page.getByRole("button", { name: "Edit" }).click();
    await notesField(first).fill("start\nof the first");
    await first.getByRole("button", { name: "Save" }).click();
    await first.locator(".markdown").waitFor();
    await notesField(second).fill("start\nof the second");
    await second.getByRole("button", { name: "Save" }).click();
    await second.getByText("Somebody else saved these notes").waitFor();
    expect((await detailOf("shared"))["notes"]).toBe("start\nof the first");
    expect(await notesField(second).inputValue()).toBe("start\nof the second");
    await second.getByRole("button", { name: "Join both" }).click();
    await second.getByRole("button", { name: "Save" }).click();
    await eventually(async () => (await detailOf("shared"))["notes"]).toBe("start\nof the first\nof the second");
    await first.getByText("of the second").waitFor();
  });

  it("stay in the editor when the server is away", async () => {
    await dashboard.server.createRun({ runId: "away", project: "p", notes: "old" });
    const page = await dashboard.visit("/runs/away?tab=overview");
    await page.getByRole("button", { name: "Edit" }).click();
    await notesField(page).fill("new");
    await dashboard.server.stop();
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".notes-card").getByRole("alert").waitFor();
    await dashboard.server.start();
    expect(await notesField(page).inputValue()).toBe("new");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(async () => (await detailOf("away"))["notes"]).toBe("new");
  });

  it("run no script and load nothing, whatever they hold", async () => {
    const notes = [
      "<script>window.hacked = 1</script>",
      '<img src="x" onerror="window.hacked = 2">',
      "[click](javascript:window.hacked=3)",
      '<a href="data:text/html,<script>1</script>">data</a>',
      '<svg><a xlink:href="javascript:1"><text>svg</text></a></svg><math><mi>m</mi></math>',
      '<form action="/x"><input name="runs"></form><style>* { display: none }</style><iframe src="/"></iframe>',
      "![picture](https://example.com/p.png)",
      '<b id="content" class="card" style="position: fixed" onclick="window.hacked=4">bold</b>',
    ].join("\n\n");
    await dashboard.server.createRun({ runId: "hostile", project: "p", notes });
    const page = await dashboard.visit("/runs/hostile?tab=overview");
    const drawn = page.locator(".notes-card .markdown");
    await drawn.getByText("bold").waitFor();
    expect(
      await drawn
        .locator(
          "script, svg, math, form, input, style, iframe, img[src^=http], [id], [class], [style], [onerror], [onclick]",
        )
        .count(),
    ).toBe(0);
    const addresses = await drawn.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    expect(addresses.filter((address) => address !== null)).toEqual(["https://example.com/p.png"]);
    await drawn.getByText("bold").click();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  });
});

describe("name and tags", () => {
  it("are changed in place and seen by other pages at once", async () => {
    await dashboard.server.createRun({ runId: "named", project: "p", name: "before", tags: ["old"] });
    const [page, other] = [await dashboard.visit("/runs/named"), await dashboard.visit("/")];
    await page.getByRole("button", { name: "Rename run" }).click();
    await page.getByRole("textbox", { name: "Name of the run" }).fill("after <b>");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "after <b>", level: 1 }).waitFor();
    expect(
      await page.getByRole("button", { name: "Rename run" }).evaluate((button) => button === document.activeElement),
    ).toBe(true);
    await other.getByRole("link", { name: "after <b>" }).waitFor();
    await page.getByRole("button", { name: "tag", exact: true }).click();
    await page.getByRole("textbox", { name: "New tags" }).fill("one, two");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove tag old" }).click();
    await eventually(async () => (await detailOf("named"))["tags"]).toEqual(["one", "two"]);
  });

  it("that could not be saved stay in their field, with the reason", async () => {
    await dashboard.server.createRun({ runId: "refused", project: "p", name: "kept" });
    const page = await dashboard.visit("/runs/refused");
    await page.getByRole("button", { name: "tag", exact: true }).click();
    await page.getByRole("textbox", { name: "New tags" }).fill("late");
    await dashboard.server.stop();
    await page.keyboard.press("Enter");
    await page.locator(".run-header").getByRole("alert").waitFor();
    await dashboard.server.start();
    expect(await page.getByRole("textbox", { name: "New tags" }).inputValue()).toBe("late");
    await page.getByRole("button", { name: "Add" }).click();
    await eventually(async () => (await detailOf("refused"))["tags"]).toEqual(["late"]);
  });
});

it("archives, deletes and brings back", async () => {
  await dashboard.server.createRun({ runId: "gone", project: "p", name: "to be deleted" });
  const page = await dashboard.visit("/runs/gone");
  const more = page.locator("summary[aria-label='More about this run']");
  await more.click();
  await page.getByRole("button", { name: "Archive" }).click();
  await page.getByText("archived", { exact: true }).waitFor();
  await more.click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Run to be deleted was deleted").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Run to be deleted was deleted").waitFor({ state: "detached" });
  expect(await detailOf("gone")).toMatchObject({ name: "to be deleted", archived: true });
});

it("folds, filters and copies a configuration", async () => {
  const config = { lr: 0.01, model: { width: 64, layers: [{ kind: "conv" }] }, name: "<b>bold</b>", "a/b": 1 };
  await dashboard.server.createRun({ runId: "tree", project: "p", config });
  const page = await dashboard.visit("/runs/tree?tab=overview", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByText("<b>bold</b>").waitFor();
  await page.locator("summary", { hasText: "model" }).click();
  await page.getByText("width").waitFor({ state: "hidden" });
  await page.getByRole("searchbox", { name: "Filter keys and values" }).fill("conv");
  await eventually(() => page.locator(".tree-leaf .tree-key").allInnerTexts()).toEqual(["kind"]);
  await page.getByRole("button", { name: "Copy config as JSON" }).click();
  await eventually(async () => JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(config);
});
