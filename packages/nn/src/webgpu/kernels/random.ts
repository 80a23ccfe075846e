/** @file Random numbers: Threefry-2x32 on unsigned words, with the same bits as everywhere. */
import { broadcastStrides } from "../../primitives/index-map.ts";
import type { RandomBitsAttributes, SplitKeyAttributes, UniformAttributes } from "../../primitives/random.ts";
import { sizeOf } from "../../shape/shape.ts";
import { eachElement, type GpuView, store, strided } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

/** The two words of key number `index`. */
function keyAt({ at }: GpuView, index: string): string {
  return `vec2<u32>(m[${at} + 2 * (${index})], m[${at} + 2 * (${index}) + 1])`;
}

/** Random words of `count` numbers per key; number `i` of all. */
function words(key: GpuView, count: number): string {
  return `let words = threefry(${keyAt(key, `i / ${count}`)}, vec2<u32>(0u, u32(i % ${count})));`;
}

/** 32 random bits each. */
export const randomBitsKernels: WriteKernels<RandomBitsAttributes> = (output, inputs, { shape }) => [
  eachElement(
    sizeOf(output.shape),
    `${words(operandAt(inputs, 0), sizeOf(shape))}\n${store(output, "i", "words.x ^ words.y")}`,
  ),
];

/** Numbers from [0, 1) in steps of 2⁻²³. */
export const uniformKernels: WriteKernels<UniformAttributes> = (output, inputs, { shape }) => [
  eachElement(
    sizeOf(output.shape),
    `${words(operandAt(inputs, 0), sizeOf(shape))}\n${store(output, "i", "f32((words.x ^ words.y) >> 9u) * 0.00000011920928955078125f")}`,
  ),
];

/** Keys from a key. */
export const splitKeyKernels: WriteKernels<SplitKeyAttributes> = (output, inputs, { count }) => [
  eachElement(
    sizeOf(output.shape) / 2,
    `${words(operandAt(inputs, 0), count)}\n${store(output, "2 * i", "words.x")}\n${store(output, "2 * i + 1", "words.y")}`,
  ),
];

/** A key from a key and a number. */
export const foldInKernels: WriteKernels<undefined> = (output, inputs) => {
  const [keys, numbers] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const lead = output.shape.slice(0, -1);
  const key = strided(lead, broadcastStrides(keys.shape.slice(0, -1), lead), "i");
  const number = strided(lead, broadcastStrides(numbers.shape, lead), "i");
  return [
    eachElement(
      sizeOf(lead),
      `let words = threefry(${keyAt(keys, key)}, vec2<u32>(0u, m[${numbers.at} + ${number}]));
${store(output, "2 * i", "words.x")}
${store(output, "2 * i + 1", "words.y")}`,
    ),
  ];
};
