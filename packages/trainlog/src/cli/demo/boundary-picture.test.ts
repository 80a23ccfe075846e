import { expect, it } from "vitest";
import { boundaryPainter } from "./boundary-picture.ts";

it("shows each class in its colour, and the held-out points on top", () => {
  const heldOut = { inputs: Float32Array.of(-1, 1, 2, 2), targets: Int32Array.of(1, 0) };
  // A model that is sure of class 1 where x > 0, given the pixels' centres as the painter asks for them.
  const size = 8;
  const picture = boundaryPainter(
    heldOut,
    size,
  )(() =>
    Float32Array.from({ length: 2 * size * size }, (_, i) =>
      i % 2 === 1 && ((i - 1) / 2) % size >= size / 2 ? 50 : 0,
    ),
  );
  const at = (column: number, row: number): number[] => {
    const start = 3 * (row * size + column);
    return [...picture.data.slice(start, start + 3)];
  };
  const [left, right, point] = [at(0, 7), at(7, 7), at(0, 0)];
  expect(right[0]).toBeGreaterThan(right[2]!);
  expect(left[0]).toBeLessThanOrEqual(right[0]!);
  expect(point).toEqual([242, 142, 43]);
  expect(right).not.toEqual(point);
  expect(picture).toMatchObject({ width: size, height: size, channels: 3 });
});
