import { describe, expect, it } from "vitest";
import { DEFAULT_RUNS_VIEW, parseRunsView, widthOf, withWidth } from "./runs-view.ts";

const parse = (query: string) => parseRunsView(new URLSearchParams(query));

describe("parseRunsView", () => {
  it("reads widths of columns whose names hold colons, and keeps them within bounds", () => {
    const { widths } = parse("widths=metric.a:b.last:120,state:5,broken,:7,x:");
    expect(widths).toEqual([
      { column: "metric.a:b.last", width: 120 },
      { column: "state", width: 56 },
    ]);
  });

  it("takes no more fields to group by than there can be, and an empty order for the usual one", () => {
    expect(parse("group=a,b,c").groupBy).toEqual(["a", "b"]);
    expect(parse("sort=").sort).toEqual(DEFAULT_RUNS_VIEW.sort);
  });

  it("tells all runs from none", () => {
    expect(parse("selected=*")).toMatchObject({ selected: [], selectedAll: true });
    expect(parse("selected=a,b")).toMatchObject({ selected: ["a", "b"], selectedAll: false });
  });
});

describe("withWidth", () => {
  it("gives a column a width and takes it away again", () => {
    const widths = withWidth([], "state", 123.4);
    expect(widthOf(widths, "state")).toBe(123);
    expect(widthOf(withWidth(widths, "state", 10_000), "state")).toBe(900);
    expect(withWidth(widths, "state")).toEqual([]);
  });
});
