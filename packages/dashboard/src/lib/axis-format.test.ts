import { expect, it } from "vitest";
import { formatPosition, formatRange } from "./axis-format.ts";

it("says where on the x axis something is", () => {
  const wallMs = new Date(2026, 10, 21, 2, 13, 7, 125).getTime();
  expect(formatPosition(1200, "step")).toBe("step 1,200");
  expect(formatPosition(1200.5, "step")).toBe("step 1,200.5");
  expect(formatPosition(303_000, "relative")).toBe("5m 03s");
  expect(formatPosition(wallMs, "wall")).toBe("02:13:07.125");
});

it("says which range is shown", () => {
  const from = new Date(2026, 10, 21, 2, 13).getTime();
  expect(formatRange({ from: 100, to: 2500 }, "step")).toBe("step 100–2,500");
  expect(formatRange({ from: 1000, to: 60_000 }, "relative")).toBe("1.0s–1m 00s");
  expect(formatRange({ from, to: from + 60_000 }, "wall")).toBe("2026-11-21 02:13–02:14");
  expect(formatRange({ from, to: from + 86_400_000 }, "wall")).toBe("2026-11-21 02:13–2026-11-22 02:13");
});
