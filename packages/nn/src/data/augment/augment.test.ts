import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator } from "../../random/generator.ts";
import { digits } from "../bundled/digits.ts";
import { take } from "../dataset-views.ts";
import { channelStatistics } from "../image-statistics.ts";
import { readAll } from "../read-all.ts";
import { tensorDataset } from "../tensor-dataset.ts";
import { codeOf } from "../test-errors.ts";
import { randomAffine } from "./affine.ts";
import { augment } from "./augment.ts";
import { colourJitter, normalise } from "./colour.ts";
import { cutout, randomCrop, randomFlip } from "./crop-and-flip.ts";
import type { ImageArray, ImageTransform } from "./image-array.ts";

const counting = (channels: number, height: number, width: number): ImageArray => ({
  shape: [channels, height, width],
  data: Float64Array.from({ length: channels * height * width }, (_, i) => i + 1),
});
const apply = (transform: ImageTransform, image: ImageArray, seed = 0): number[] => [
  ...transform(image, generator(seed)).data,
];

const anyTransform = fc.constantFrom<ImageTransform>(
  randomFlip({ vertical: 0.5 }),
  randomCrop({ padding: 2 }),
  randomAffine({ degrees: 30, translate: 0.2, scale: 0.3, shear: 10 }),
  colourJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, range: [-Infinity, Infinity] }),
  cutout({ size: 3 }),
);

describe("every transform", () => {
  it("leaves the given image as it is, keeps its shape, and depends on nothing but image and key", () => {
    fc.assert(
      fc.property(
        anyTransform,
        fc.nat(999),
        fc.constantFrom(1, 3),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (transform, seed, c, h, w) => {
          const image = counting(c, h, w);
          const before = [...image.data];
          const result = transform(image, generator(seed));
          expect([...image.data]).toEqual(before);
          expect(result.shape).toEqual([c, h, w]);
          expect(result.data).toHaveLength(before.length);
          expect([...result.data].every(Number.isFinite)).toBe(true);
          expect(apply(transform, image, seed)).toEqual([...result.data]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("randomFlip", () => {
  it("swaps sides in all channels", () => {
    const image = counting(2, 2, 3);
    expect(apply(randomFlip({ horizontal: 1 }), image)).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
    expect(apply(randomFlip({ horizontal: 0, vertical: 1 }), image)).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
    expect(apply(randomFlip({ horizontal: 0 }), image)).toEqual([...image.data]);
  });

  it("flips about as often as asked", () => {
    const image = counting(1, 1, 2);
    const flipped = Array.from(
      { length: 400 },
      (_, seed) => apply(randomFlip({ horizontal: 0.25 }), image, seed)[0] === 2,
    );
    expect(flipped.filter(Boolean).length / 400).toBeCloseTo(0.25, 1);
  });
});

describe("randomCrop", () => {
  it("moves the image by up to the padding, every way", () => {
    const seen = new Set(
      Array.from({ length: 200 }, (_, seed) => apply(randomCrop({ padding: 1 }), counting(1, 1, 1), seed).join()),
    );
    expect(seen).toEqual(new Set(["0", "1"]));
    const wide = new Set(
      Array.from({ length: 200 }, (_, seed) => apply(randomCrop({ size: [1, 2] }), counting(1, 1, 4), seed).join()),
    );
    expect(wide).toEqual(new Set(["1,2", "2,3", "3,4"]));
    expect(() => apply(randomCrop({ size: [3, 3] }), counting(1, 2, 2))).toThrow(
      "a part of 3 × 3 pixels does not fit into 2 × 2 with 0",
    );
  });
});

describe("randomAffine", () => {
  it("without any spread is the identity, and a full turn of a symmetric image too", () => {
    const image = counting(2, 3, 4);
    expect(apply(randomAffine({}), image)).toEqual([...image.data]);
    const dot: ImageArray = { shape: [1, 3, 3], data: Float64Array.of(0, 0, 0, 0, 5, 0, 0, 0, 0) };
    expect(apply(randomAffine({ degrees: 180 }), dot, 3)[4]).toBeCloseTo(5);
  });

  it("turns about the centre: what comes back from a turn is what went in", () => {
    const random = { ...generator(0), uniform: () => 1 };
    const quarter = randomAffine({ degrees: 90 })(
      { shape: [1, 3, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
      random,
    );
    expect([...quarter.data].map(Math.round)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    const moved = randomAffine({ translate: 1 / 3 })({ shape: [1, 3, 3], data: quarter.data }, random);
    expect([...moved.data].map(Math.round)).toEqual([0, 0, 0, 0, 7, 4, 0, 8, 5]);
  });
});

describe("colourJitter and normalise", () => {
  it("changes brightness and contrast by the drawn factors, and holds the range", () => {
    const image: ImageArray = { shape: [1, 1, 2], data: Float64Array.of(0.2, 0.8) };
    const most = { ...generator(0), uniform: () => 1 };
    expect([...colourJitter({ brightness: 0.5 })(image, most).data].map((value) => Number(value.toFixed(6)))).toEqual([
      0.3, 1,
    ]);
    expect([...colourJitter({ contrast: 0.5 })(image, most).data].map((value) => Number(value.toFixed(6)))).toEqual([
      0.05, 0.95,
    ]);
    const least = { ...generator(0), uniform: () => 0 };
    const colour: ImageArray = { shape: [3, 1, 1], data: Float64Array.of(1, 0, 0) };
    const grey = [...colourJitter({ saturation: 1 })(colour, least).data];
    expect(grey.map((value) => Number(value.toFixed(6)))).toEqual([0.299, 0.299, 0.299]);
  });

  it("normalises each channel", () => {
    expect(apply(normalise({ mean: [1, 3], deviation: [2, 4] }), counting(2, 1, 2))).toEqual([0, 0.5, 0, 0.25]);
    expect(() => apply(normalise({ mean: [1], deviation: [1] }), counting(2, 1, 2))).toThrow(
      "2 channels, but there are 1 means",
    );
  });
});

describe("cutout", () => {
  it("fills one square of at most its size", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const cut = apply(cutout({ size: 2, fill: -1 }), counting(1, 4, 4), seed);
      const holes = cut.filter((value) => value === -1).length;
      expect([1, 2, 4]).toContain(holes);
    }
  });
});

describe("augment", () => {
  it("gives other variants in each epoch, and the same for the same seed", async () => {
    const images = take((await digits({ layout: "image" })).train, 8);
    const augmented = augment(images, [randomFlip(), randomCrop({ padding: 2 })], { seed: 1 });
    const [first, again, later, other] = await Promise.all([
      readAll(augmented, 0),
      readAll(augmented, 0),
      readAll(augmented, 1),
      readAll(augment(images, [randomFlip(), randomCrop({ padding: 2 })], { seed: 2 }), 0),
    ]);
    expect(again).toEqual(first);
    expect(later?.inputs).not.toEqual(first?.inputs);
    expect(other?.inputs).not.toEqual(first?.inputs);
    expect(later?.targets).toEqual(first?.targets);
  });

  it("changes the shape when a crop does, and refuses one that is not promised", async () => {
    const images = take((await digits({ layout: "image" })).train, 2);
    const crops = augment(images, [randomCrop({ size: [6, 6] })], { inputShape: [1, 6, 6] });
    expect((await readAll(crops)).inputs).toHaveLength(72);
    expect(await codeOf(() => readAll(augment(images, [randomCrop({ size: [6, 6] })])))).toBe("shape/mismatch");
  });
});

describe("channelStatistics", () => {
  it("are mean and deviation of each channel", async () => {
    const dataset = tensorDataset(
      [
        [[[1, 3]], [[5, 5]]],
        [[[2, 2]], [[5, 5]]],
      ],
      [0, 1],
    );
    expect(await channelStatistics(dataset)).toEqual({ mean: [2, 5], deviation: [Math.sqrt(0.5), 1] });
  });
});

describe("what cannot be augmented", () => {
  const vectors = tensorDataset([[1, 2]], [[1]]);
  it("is refused when the data set is made", () => {
    expect(() => augment(vectors as never, [randomFlip()])).toThrow(
      "augment takes images of shape [channels, height, width]; the data set's inputs have shape [2]",
    );
    expect(() => augment(vectors as never, randomFlip() as never)).toThrow(
      "augment: expected a list of transforms such as [Data.randomFlip()], got a function",
    );
  });
});
