import type { MediaItem } from "trainlog/api";
import { expect, it } from "vitest";
import { mergeMedia, stepsOf } from "./media-steps.ts";

const item = (step: number, index = 0): MediaItem => ({ key: "k", step, wallMs: step, kind: "text", data: { index } });

it("lists steps once, in order", () => expect(stepsOf([item(10), item(2), item(10, 1)])).toEqual([2, 10]));

it("adds live values once", () => {
  const known = [item(1), item(1, 1)];
  expect(mergeMedia(known, [item(1, 1), item(2)])).toEqual([item(1), item(1, 1), item(2)]);
});
