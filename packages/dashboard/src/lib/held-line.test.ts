import fc from "fast-check";
import { expect, it } from "vitest";
import { HeldLine } from "./held-line.ts";
import { appendPoints, emptyLine, type SeriesLine } from "./series-line.ts";

function lineOf(from: number, to: number): SeriesLine {
  const line = emptyLine();
  const x = Array.from({ length: to - from }, (_, i) => from + i);
  line.nextIndex = from;
  appendPoints(line, { firstIndex: from, x, values: x });
  return line;
}

const points = (from: number, to: number) => {
  const x = Array.from({ length: to - from }, (_, i) => from + i);
  return { firstIndex: from, x, values: x };
};

it("holds every point once, wherever the answer falls between the live rows", () => {
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.nat({ max: 20 }), (a, b, answerEnd) => {
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      const end = Math.max(answerEnd, first);
      const held = new HeldLine(1000);
      held.await();
      held.grow(points(first, second));
      held.grow(points(second, 25));
      expect(held.take(lineOf(0, end))).toBe("appended");
      held.grow(points(25, 30));
      expect(held.line?.x).toEqual(Array.from({ length: 30 }, (_, i) => i));
    }),
  );
});

it("says that it must be fetched again when rows before the live ones are missing", () => {
  const held = new HeldLine(1000);
  held.await();
  held.grow(points(7, 9));
  expect(held.take(lineOf(0, 5))).toBe("refetch");
  expect(held.grow(points(9, 10))).toBe("refetch");
});

it("goes on with the former line when an answer never came", () => {
  const held = new HeldLine(1000);
  held.take(lineOf(0, 5));
  held.await();
  held.grow(points(5, 6));
  held.take(undefined);
  expect(held.line?.x).toEqual([0, 1, 2, 3, 4, 5]);
});

it("stays in its budget however long it grows", () => {
  const held = new HeldLine(20);
  held.take(emptyLine());
  for (let i = 0; i < 500; i++) held.grow(points(i, i + 1));
  expect(held.line?.x.length).toBeLessThanOrEqual(41);
  expect(held.line?.count.reduce((a, b) => a + b)).toBe(500);
});
