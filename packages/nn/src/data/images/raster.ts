/** @file A decoded image: bytes, plane after plane. */

/** One image of 8 bits per channel. */
export interface Raster {
  /** 1 is grey, 3 is red, green, blue. */
  readonly channels: 1 | 3;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  /** Row-major, shape `[channels, height, width]`. */
  readonly planes: Uint8Array;
}

/** From the luminance of ITU-R BT.601 in 16-bit fixed point, as PIL's `convert("L")` computes it. */
export function toGrey({ channels, height, width, planes }: Raster): Raster {
  if (channels === 1) return { channels, height, width, planes };
  const size = height * width;
  const grey = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) {
    const [red, green, blue] = [planes[i] ?? 0, planes[size + i] ?? 0, planes[2 * size + i] ?? 0];
    grey[i] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return { channels: 1, height, width, planes: grey };
}

/** Three equal planes of a grey one. */
export function toColour({ channels, height, width, planes }: Raster): Raster {
  if (channels === 3) return { channels, height, width, planes };
  const colour = new Uint8Array(planes.length * 3);
  for (let channel = 0; channel < 3; channel += 1) colour.set(planes, channel * planes.length);
  return { channels: 3, height, width, planes: colour };
}

/** The part of an image from row `top` and column `left` on. */
export function cropRaster(image: Raster, top: number, left: number, height: number, width: number): Raster {
  const planes = new Uint8Array(image.channels * height * width);
  for (let row = 0; row < image.channels * height; row += 1) {
    const channel = Math.floor(row / height);
    const from = (channel * image.height + top + (row % height)) * image.width + left;
    planes.set(image.planes.subarray(from, from + width), row * width);
  }
  return { channels: image.channels, height, width, planes };
}
