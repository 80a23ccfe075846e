import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/create.ts";
import * as Data from "./index.ts";

const bytes = new TextEncoder().encode("a\n1\n");
/** What no type lets pass, as JavaScript would give it. */
const wrong = { dytpe: "f64" } as object as never;

describe("an option that there is not", () => {
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    "the .npy data": async () => Data.decodeNpy(Data.encodeNpy(tensor([1])), wrong),
    "the .npz data": async () => await Data.decodeNpz(await Data.encodeNpz({ x: tensor([1]) }), wrong),
    encodeNpz: async () => await Data.encodeNpz({ x: tensor([1]) }, wrong),
    readIdx: async () => await Data.readIdx(bytes, wrong),
    readImage: async () => await Data.readImage(bytes, wrong),
    csvRows: async () => await Data.csvRows(bytes, wrong).next(),
    charTokeniser: async () => Data.charTokeniser("abc", wrong),
  };

  it.each(Object.entries(calls))("is refused by %s", async (name, call) => {
    await expect(call).rejects.toThrow(`${name}: unknown option "dytpe"; `);
    await expect(call).rejects.toMatchObject({ code: "data/unknown-option" });
  });
});

it("an element type that there is not is refused by name", async () => {
  const dtype = "uint8" as never;
  expect(() => Data.decodeNpy(Data.encodeNpy(tensor([1])), { dtype })).toThrow(
    'the .npy data: dtype is one of "float", "f64", "int32", got "uint8"',
  );
  await expect(Data.readIdx(bytes, { dtype })).rejects.toThrow('readIdx: dtype is one of "float"');
});
