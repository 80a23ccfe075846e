/** @file Maxima of windows of images with the batch last, for windows that tile the images. */
import type { PoolAttributes } from "../../../primitives/pool-windows.ts";
import type { Sized } from "../../onnx/export/batch-size.ts";
import { allFixed, type Call, input } from "../../onnx/export/call.ts";
import type { GraphWriter } from "../../onnx/export/graph-writer.ts";
import { type BatchLast, isLargeBatch, places } from "./layout.ts";

/** How windows tile images. */
interface Tiling {
  readonly batch: number;
  readonly channels: number;
  /** Number of windows below and beside each other. */
  readonly grid: readonly [rows: number, columns: number];
  /** Height and width of a window. */
  readonly window: readonly [rows: number, columns: number];
}

/** Images cut into windows: elements `[c, places in a window, windows, n]` and the largest of each window `[c, 1, windows, n]`. */
interface Tiles {
  readonly elements: string;
  readonly maxima: string;
}

function tilingOf(call: Call, { window, stride, padding }: Sized<PoolAttributes>): Tiling | undefined {
  const numbers = allFixed(call, "a number", [...window, ...stride, ...padding.flat()]);
  const [rows = 0, columns = 0, down, along, ...pads] = numbers;
  const [batch = 0, channels = 0, height = 0, width = 0] = allFixed(call, "a size", input(call, 0).shape);
  const fits = down === rows && along === columns && height % rows === 0 && width % columns === 0;
  if (!fits || pads.some((pad) => pad !== 0)) return undefined;
  return { batch, channels, grid: [height / rows, width / columns], window: [rows, columns] };
}

/** For each place in a window, the places of these elements of all windows among an image's. */
function gathered({ grid, window }: Tiling): readonly (readonly number[])[] {
  const width = grid[1] * window[1];
  return places(window).map(([row, column]) =>
    places(grid).map(([down, along]) => (down * window[0] + row) * width + along * window[1] + column),
  );
}

/** Pooling in one graph: what the gradient needs of the forward pass is kept. */
export class TilePooling {
  readonly #write: GraphWriter;
  readonly #layout: BatchLast;
  readonly #tiles = new Map<string, Tiles>();

  constructor(write: GraphWriter, layout: BatchLast) {
    this.#write = write;
    this.#layout = layout;
  }

  /** The maxima; undefined where the windows do not tile the images. */
  maxPool2d(call: Call<PoolAttributes>): string | undefined {
    const tiling = this.#tilingOf(call);
    if (tiling === undefined) return undefined;
    const { channels, grid, batch } = tiling;
    const { maxima } = this.#tilesOf(call, tiling);
    return this.#write.node("Reshape", [maxima, this.#write.ints([channels, ...grid, batch])]);
  }

  /** The cotangent at the first maximum of each window; undefined where the windows do not tile the images. */
  maxPool2dGrad(call: Call<PoolAttributes>): string | undefined {
    const tiling = this.#tilingOf(call);
    if (tiling === undefined) return undefined;
    const write = this.#write;
    const { channels, grid, window, batch } = tiling;
    const [windows, size] = [grid[0] * grid[1], window[0] * window[1]];
    const isFirst = this.#firstMaxima(this.#tilesOf(call, tiling), size);
    const g = write.node("Reshape", [this.#layout.last(input(call, 1)), write.ints([channels, 1, windows, batch])]);
    // A product with 0 and 1 takes half the time of Where. It differs for infinite cotangents, which no training survives.
    const spread = write.node("Mul", [write.cast(isFirst, call.dtype), g]);
    const inRow = write.node("Reshape", [spread, write.ints([channels, size * windows, batch])]);
    const images = write.node("Gather", [inRow, write.ints(inverse(gathered(tiling).flat()))], { axis: { int: 1 } });
    return write.node("Reshape", [images, write.ints([channels, grid[0] * window[0], grid[1] * window[1], batch])]);
  }

  #tilingOf(call: Call<PoolAttributes>): Tiling | undefined {
    return isLargeBatch(input(call, 0)) ? tilingOf(call, call.attributes) : undefined;
  }

  #tilesOf(call: Call, tiling: Tiling): Tiles {
    const write = this.#write;
    const x = input(call, 0);
    const { batch, channels, grid, window } = tiling;
    const key = `${x.name} ${window.join()}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const area = grid[0] * window[0] * grid[1] * window[1];
    const inRow = write.node("Reshape", [this.#layout.last(x), write.ints([channels, area, batch])]);
    const elements = write.node("Gather", [inRow, write.table(gathered(tiling))], { axis: { int: 1 } });
    const tiles = { elements, maxima: write.node("ReduceMax", [elements, write.ints([1])], { keepdims: { int: 1 } }) };
    this.#tiles.set(key, tiles);
    return tiles;
  }

  /** Says of each element whether it is the first maximum of its window. The last one is it where no other was. */
  #firstMaxima({ elements, maxima }: Tiles, size: number): string {
    const write = this.#write;
    const isMaximum = write.node("Equal", [elements, maxima]);
    const parts = Array.from({ length: size }, (_, place) => write.fresh(`maximum${place}`));
    write.nodeOf("Split", [isMaximum], { axis: { int: 1 }, num_outputs: { int: size } }, parts);
    const firsts: string[] = [];
    let free: string | undefined;
    for (const part of parts.slice(0, -1)) {
      firsts.push(free === undefined ? part : write.node("And", [part, free]));
      const isOther = write.node("Not", [part]);
      free = free === undefined ? isOther : write.node("And", [isOther, free]);
    }
    const last = free ?? parts[0] ?? isMaximum;
    return firsts.length === 0 ? last : write.node("Concat", [...firsts, last], { axis: { int: 1 } });
  }
}

/** Where each of the numbers from 0 on stands in a list of them. */
function inverse(order: readonly number[]): number[] {
  const found: number[] = [];
  order.forEach((number, at) => {
    found[number] = at;
  });
  return found;
}
