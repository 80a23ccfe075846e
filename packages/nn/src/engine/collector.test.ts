import { expect, it } from "vitest";
import { add } from "../primitives/index.ts";
import { ones } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { engine } from "./engine.ts";

it("the garbage collector keeps up with large tensors outside of scopes", async () => {
  const before = engine().allocator.usedBytes();
  let x: AnyTensor = ones([250_000]);
  let most = 0;
  for (let i = 0; i < 1500; i += 1) {
    x = add(x, x);
    // Freeing happens between turns of the event loop.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    most = Math.max(most, engine().allocator.usedBytes() - before);
  }
  // 1.5 GB were made.
  expect(most).toBeLessThan(1e9);
});
