import { describe, expect, it } from "vitest";
import { browserCommand, openInBrowser } from "./open-browser.ts";

describe("browserCommand", () => {
  it("takes what the person chose, else what the platform has", () => {
    expect(browserCommand("linux", { BROWSER: "firefox", DISPLAY: ":0" })).toEqual(["firefox"]);
    expect(browserCommand("linux", { DISPLAY: ":0" })).toEqual(["xdg-open"]);
    expect(browserCommand("linux", { WAYLAND_DISPLAY: "wayland-0" })).toEqual(["xdg-open"]);
    expect(browserCommand("linux", {})).toBeUndefined();
    expect(browserCommand("darwin", {})).toEqual(["open"]);
    expect(browserCommand("win32", {})).toEqual(["rundll32", "url.dll,FileProtocolHandler"]);
  });
});

describe("openInBrowser", () => {
  it("says no when there is none, or it cannot be started", async () => {
    expect(await openInBrowser("http://localhost", {}, "linux")).toBe(false);
    expect(await openInBrowser("http://localhost", { BROWSER: "/no/such/browser" }, "linux")).toBe(false);
  });
});
