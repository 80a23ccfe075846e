import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSavedViews, parseSavedViews, withoutSavedView, withSavedView } from "./saved-views.ts";

describe("saved views", () => {
  it("come back as they were written", () => {
    const view = fc.record({ name: fc.string(), address: fc.webPath().filter((path) => /^\/(?!\/)/.test(path)) });
    fc.assert(
      fc.property(fc.array(view), (views) => {
        expect(parseSavedViews(formatSavedViews(views))).toEqual(views);
      }),
    );
  });

  it.each([
    undefined,
    "",
    "{}",
    "null",
    '[1, null, {"name": 1, "address": "/"}]',
    '[{"name": "x", "address": "javascript:alert(1)"}]',
    '[{"name": "x", "address": "//elsewhere"}, {"name": "x", "address": "/\\\\elsewhere"}]',
  ])("are none in %j", (text) => expect(parseSavedViews(text)).toEqual([]));

  it("have one view per name, the newest last", () => {
    const two = withSavedView(withSavedView([], "a", "/1"), "b", "/2");
    expect(withSavedView(two, " a ", "/3")).toEqual([
      { name: "b", address: "/2" },
      { name: "a", address: "/3" },
    ]);
    expect(withSavedView(two, "  ", "/3")).toBe(two);
    expect(withoutSavedView(two, "a")).toEqual([{ name: "b", address: "/2" }]);
  });
});
