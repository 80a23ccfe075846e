import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const LOG = {
  title: "MLP \u001b[2J",
  steps: [0, 10, 20, 30],
  series: [{ name: "loss", values: [1, 0.5, "NaN", 0.125], color: "#4e79a7" }],
  notes: ["project=demo"],
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-files-"));
  writeFileSync(join(folder, "log.json"), JSON.stringify(LOG));
  writeFileSync(join(folder, "matrix.json"), "[[8,2],[1,9]]");
  writeFileSync(join(folder, "bad.json"), JSON.stringify({ ...LOG, series: [{ name: "loss", values: [1, "abc"] }] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("trainlog show FILE", () => {
  it("draws curves in plain text within 80 columns, and lets no control character out", async () => {
    const { code, stdout, stderr } = await trainlog(["show", "log.json"], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/loss .*last=0\.125/);
    expect(stdout).toContain("project=demo");
    expect(stdout).not.toContain("\u001b");
    for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it("draws a confusion matrix with the names of its classes", async () => {
    const { stdout } = await trainlog(["show", "matrix.json", "--labels", "cat,dog"], { cwd: folder });
    expect(stdout).toContain("cat");
    expect(stdout).toContain("85");
  });

  it("gives the content as JSON", async () => {
    const document = JSON.parse((await trainlog(["show", "log.json", "--json"], { cwd: folder })).stdout);
    expect(document.kind).toBe("train-log");
    expect(document.content.series[0].values).toEqual([1, 0.5, "NaN", 0.125]);
  });

  it("names the file and the field of a bad one, and fails with 1", async () => {
    const { code, stdout, stderr } = await trainlog(["show", "bad.json"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/bad\.json: series\[0\]\.values\[1\]: expected a number.*got "abc"/);
    const asJson = await trainlog(["show", "bad.json", "--json"], { cwd: folder });
    expect(JSON.parse(asJson.stdout).error.code).toBe("log/bad-field");
    expect(asJson.code).toBe(1);
  });

  it("says that a file is not there", async () => {
    const { code, stderr } = await trainlog(["show", "gone.json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("gone.json: could not be read");
  });
});

describe("trainlog view FILE", () => {
  it("writes pictures and a page, and makes their folders", async () => {
    const { code, stdout } = await trainlog(
      ["view", "log.json", "--svg", "out/a.svg", "--png", "out/a.png", "--html", "out/a.html"],
      { cwd: folder },
    );
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toEqual(
      ["svg", "png", "html"].map((format) => join(folder, "out", `a.${format}`)),
    );
    expect(readFileSync(join(folder, "out/a.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\s*$/s);
    expect(readFileSync(join(folder, "out/a.png")).subarray(0, 8)).toEqual(Buffer.from("89504e470d0a1a0a", "hex"));
    expect(readFileSync(join(folder, "out/a.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  it("writes a picture to standard output and nothing else", async () => {
    const { stdout } = await trainlog(["view", "matrix.json", "--svg", "-"], { cwd: folder });
    expect(stdout).toMatch(/^<svg .*<\/svg>\s*$/s);
  });

  it("says where the page is when there is no browser", async () => {
    const { code, stdout, stderr } = await trainlog(["view", "log.json", "--json"], { cwd: folder });
    const { files, opened } = JSON.parse(stdout);
    expect({ code, opened }).toEqual({ code: 0, opened: false });
    expect(existsSync(files[0])).toBe(true);
    expect(stderr).toContain(`open it yourself: file://${files[0]}`);
    rmSync(join(files[0], ".."), { recursive: true });
  });

  it("opens the page in the browser that $BROWSER names, as one argument and without a shell", async () => {
    const browser = fileURLToPath(new URL("./fake-browser.sh", import.meta.url));
    const opened = join(folder, "opened.txt");
    const { code, stderr } = await trainlog(["view", "log.json", "--html", "a $(touch x).html", "--open"], {
      cwd: folder,
      env: { BROWSER: browser, OPENED: opened },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "opened in the browser\n" });
    await expect
      .poll(() => existsSync(opened) && readFileSync(opened, "utf8"))
      .toBe(`1 file://${encodeURI(folder)}/a%20$(touch%20x).html\n`);
  });

  it.each([
    [["view", "log.json", "--svg", "-", "--png", "-"], "only one of"],
    [["view", "log.json", "--metric", "loss"], "a file is drawn whole"],
    [["view", "log.json", "--width", "10"], "--width: expected a whole number from 240 to 10000"],
    [["view"], "needs FILE|RUN"],
  ])("refuses %j with 2", async (args, message) => {
    const { code, stdout, stderr } = await trainlog(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("refuses a picture and JSON on one standard output", async () => {
    const { code, stdout } = await trainlog(["view", "log.json", "--svg", "-", "--json"], { cwd: folder });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain("both want standard output");
  });

  it("fails in words when the picture cannot be written", async () => {
    const { code, stderr } = await trainlog(["view", "log.json", "--svg", "log.json/a.svg"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("log.json/a.svg: could not be written");
  });
});
