/** @file Small turns, moves, scales and shears. */
import { checkOptionNames, checkRange } from "../options.ts";
import { blend, type ImageArray, type ImageTransform } from "./image-array.ts";

/** How far to turn, move, scale and shear. Each is drawn evenly between minus and plus the given. */
export interface AffineOptions {
  /** Turn, in degrees. Default 0. */
  readonly degrees?: number;
  /** Move, as a part of height and width. Default 0. */
  readonly translate?: number;
  /** Scale: between 1 / (1 + scale) and 1 + scale, evenly in the logarithm. Default 0. */
  readonly scale?: number;
  /** Shear along x, in degrees. Default 0. */
  readonly shear?: number;
  /** Value of what comes in from outside. Default 0. */
  readonly fill?: number;
}

/**
 * Turns, moves, scales and shears about the image's centre, with bilinear interpolation.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function randomAffine(options: AffineOptions): ImageTransform {
  checkOptionNames("randomAffine", options, ["degrees", "translate", "scale", "shear", "fill"]);
  const { degrees = 0, translate = 0, scale = 0, shear = 0, fill = 0 } = options;
  checkRange("randomAffine: degrees", degrees, 0, 180);
  checkRange("randomAffine: translate", translate, 0, 1);
  checkRange("randomAffine: scale", scale, 0);
  checkRange("randomAffine: shear", shear, 0, 80);
  return (image, random) => {
    const spread = (most: number): number => most * (2 * random.uniform() - 1);
    const [, height, width] = image.shape;
    const angle = (spread(degrees) * Math.PI) / 180;
    const slant = Math.tan((spread(shear) * Math.PI) / 180);
    const down = spread(translate) * height;
    const right = spread(translate) * width;
    const zoom = Math.exp(spread(Math.log(1 + scale)));
    const [centreY, centreX] = [(height - 1) / 2, (width - 1) / 2];
    const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
    // Where a pixel of the result comes from: the inverse of shear, turn, scale and move, in this order.
    return interpolated(image, fill, (row, column) => {
      const [y, x] = [row - centreY - down, column - centreX - right];
      const turnedY = -sin * x + cos * y;
      const turnedX = cos * x + sin * y;
      return [turnedY + centreY, turnedX - slant * turnedY + centreX];
    });
  };
}

/** An image whose pixels are taken from places between those of another: the four around a place, weighted by nearness; those outside are `fill`. */
function interpolated(
  { shape, data }: ImageArray,
  fill: number,
  place: (row: number, column: number) => readonly [row: number, column: number],
): ImageArray {
  const [channels, height, width] = shape;
  const pixel = (channel: number, y: number, x: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? (data[(channel * height + y) * width + x] ?? fill) : fill;
  const result = data.slice();
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [y, x] = place(row, column);
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [below, beside] = [y - top, x - left];
      for (let channel = 0; channel < channels; channel += 1) {
        const upper = blend(pixel(channel, top, left), pixel(channel, top, left + 1), beside);
        const lower = blend(pixel(channel, top + 1, left), pixel(channel, top + 1, left + 1), beside);
        result[(channel * height + row) * width + column] = blend(upper, lower, below);
      }
    }
  }
  return { shape, data: result };
}
