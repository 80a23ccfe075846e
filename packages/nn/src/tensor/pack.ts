/**
 * @file Packs: nested records and arrays of tensors, the form in which parameters, gradients and optimizer states travel.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { type AnyTensor, Tensor } from "./tensor.ts";

/** A tensor, or records and arrays of packs. Plain data: keys are names, order of keys is the order of insertion. */
export type TensorPack = AnyTensor | readonly TensorPack[] | { readonly [name: string]: TensorPack };

/**
 * Tensors of a pack with their dotted names (`"0.weight"`; `""` for a lone tensor), depth first.
 *
 * @throws TrainlogError `tensor/bad-pack` for what is no pack.
 */
export function flattenPack(pack: TensorPack): { readonly name: string; readonly tensor: AnyTensor }[] {
  const flat: { name: string; tensor: AnyTensor }[] = [];
  visit(pack, "", (name, tensor) => flat.push({ name, tensor }));
  return flat;
}

function visit(pack: TensorPack, name: string, found: (name: string, tensor: AnyTensor) => void): void {
  if (pack instanceof Tensor) {
    found(name, pack);
    return;
  }
  for (const [key, value] of Object.entries(checkPart(pack, name)))
    visit(value, name === "" ? key : `${name}.${key}`, found);
}

function checkPart<P extends TensorPack>(part: P, name: string): P {
  if (typeof part === "object" && part !== null) return part;
  throw new TrainlogError(
    "tensor/bad-pack",
    `${name === "" ? "the pack" : `"${name}"`} is ${describeValue(part)}; a pack holds tensors, arrays and records of them`,
  );
}

/**
 * A pack of the same structure with each tensor replaced.
 *
 * @param fn - Gets each tensor, its dotted name, and its number in the order of {@link flattenPack}.
 * @throws TrainlogError `tensor/bad-pack` for what is no pack.
 */
export function mapPack<P extends TensorPack>(
  pack: P,
  fn: (tensor: AnyTensor, name: string, index: number) => AnyTensor,
): P {
  let index = 0;
  const rebuild = (part: TensorPack, name: string): TensorPack => {
    if (part instanceof Tensor) {
      index += 1;
      return fn(part, name, index - 1);
    }
    const inner = (key: string): string => (name === "" ? key : `${name}.${key}`);
    if (Array.isArray(part)) return part.map((item: TensorPack, at) => rebuild(item, inner(String(at))));
    return Object.fromEntries(
      Object.entries(checkPart(part, name)).map(([key, value]) => [key, rebuild(value, inner(key))]),
    );
  };
  // Same structure, and `fn` keeps shapes where `P` promises them.
  return rebuild(pack, "") as P;
}

/** The tensors of a pack, in the order of {@link flattenPack}, without their names: every step of a training does this. */
export function packTensors(pack: TensorPack, found: AnyTensor[] = []): AnyTensor[] {
  if (pack instanceof Tensor) {
    found.push(pack);
    return found;
  }
  const parts: readonly TensorPack[] = Array.isArray(pack) ? pack : Object.values(checkPart(pack, ""));
  for (const part of parts) {
    // Asked here, because most parts are tensors and a call costs more than the question.
    if (part instanceof Tensor) found.push(part);
    else packTensors(part, found);
  }
  return found;
}

/** A pack of the same structure with `tensors` (in the order of {@link flattenPack}) in the places of its own. */
export function packLike<P extends TensorPack>(pack: P, tensors: readonly AnyTensor[]): P {
  let next = 0;
  const rebuild = (part: TensorPack): TensorPack => {
    if (part instanceof Tensor) {
      next += 1;
      return tensors[next - 1] ?? part;
    }
    if (Array.isArray(part)) return part.map(rebuild);
    // A copy whose fields are then replaced: quicker than adding one after the other. It owns `"__proto__"` too if the part does.
    const copy: Record<string, TensorPack> = { ...(checkPart(part, "") as Readonly<Record<string, TensorPack>>) }; // neither tensor nor array
    for (const key in copy) {
      const part = copy[key];
      if (part instanceof Tensor) {
        copy[key] = tensors[next] ?? part;
        next += 1;
      } else if (Object.hasOwn(copy, key)) copy[key] = rebuild(part as TensorPack); // a key of the copy
    }
    return copy;
  };
  // Same structure, and the caller gives tensors like those of `pack`.
  return rebuild(pack) as P;
}
