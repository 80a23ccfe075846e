import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { grad, scope } from "../autograd/transforms.ts";
import { add, fill, mul, reshape, scalar, sum } from "../primitives/index.ts";
import { type AnyTensor, concrete, type Tensor } from "../tensor/tensor.ts";
import { Buffer } from "./buffer.ts";
import { disposeBuffer, engine, exchangeMemory, withScope } from "./engine.ts";

const used = (): number => engine().allocator.usedBytes();
/** A tensor that is not a scalar constant. */
const three = (value: number): AnyTensor => fill([3], value, "float");

describe("scope", () => {
  it("frees what it made and does not return", () => {
    const before = used();
    const kept = scope(() => {
      const x = add(three(1), three(2));
      return { x, list: [mul(x, x)] };
    });
    expect(kept.x.toArray()).toEqual([3, 3, 3]);
    expect(kept.list[0]?.toArray()).toEqual([9, 9, 9]);
    expect(used() - before).toBe(2 * 64);
    kept.x.dispose();
    kept.list[0]?.dispose();
    expect(used()).toBe(before);
  });

  it("passes what an inner scope returns to the outer one", () => {
    const before = used();
    const result = scope(() => {
      const inner = scope(() => add(three(1), three(1)));
      return sum(inner).item();
    });
    expect(result).toBe(6);
    expect(used()).toBe(before);
  });

  it("frees everything when it throws", () => {
    const before = used();
    const attempt = (): void =>
      scope(() => {
        three(1);
        throw new Error("stop");
      });
    expect(attempt).toThrow("stop");
    expect(used()).toBe(before);
  });

  it("keeps a returned tensor that shares memory with a dropped one", () => {
    const x = scope(() => reshape(three(4), [3, 1]));
    expect(x.toArray()).toEqual([[4], [4], [4]]);
    x.dispose();
  });

  it("does not grow over many gradients", () => {
    const w = three(2) as Tensor<readonly [3]>;
    const step = (): void => {
      const g = grad((x: Tensor<readonly [3]>) => sum(mul(x, x)) as Tensor<readonly []>)(w);
      g.dispose();
    };
    step();
    const before = used();
    for (let i = 0; i < 500; i += 1) step();
    expect(used()).toBe(before);
    w.dispose();
  });
});

describe("a tensor after its end", () => {
  it("says that it was freed, when it is read and when it is used", () => {
    const x = three(1);
    x.dispose();
    x.dispose();
    const freed = expect.objectContaining({ code: "tensor/disposed", message: expect.stringContaining("was freed") });
    expect(() => x.data()).toThrowError(freed);
    expect(() => add(x, three(1))).toThrowError(freed);
    expect(() => reshape(x, [3, 1])).toThrowError(freed);
  });
});

describe("scalar constants", () => {
  it("share one place, and disposing of one leaves it to the others", () => {
    const a = scalar(0.125, "float");
    const before = used();
    const b = scalar(0.125, "float");
    expect(used()).toBe(before);
    a.dispose();
    expect(b.item()).toBe(0.125);
  });

  it("tell 0 from -0, and hold NaN", () => {
    scalar(0, "float");
    expect(scalar(-0, "float").item()).toBe(-0);
    scalar(-0, "f64");
    expect(scalar(0, "f64").item()).toBe(0);
    expect(scalar(Number.NaN, "float").item()).toBeNaN();
  });

  it("do not fill the memory when every number is new", () => {
    scope(() => {
      for (let i = 0; i < 1000; i += 1) scalar(1e6 + i, "float");
    });
    const before = used();
    scope(() => {
      for (let i = 0; i < 1000; i += 1) scalar(2e6 + i, "float");
    });
    expect(used()).toBe(before);
  });
});

describe("exchangeMemory", () => {
  it("exchanges what two tensors hold", () => {
    const [a, b] = [three(1), three(2)];
    exchangeMemory(concrete(a, "test"), concrete(b, "test"));
    expect([a.toArray(), b.toArray()]).toEqual([
      [2, 2, 2],
      [1, 1, 1],
    ]);
    a.dispose();
    expect(b.toArray()).toEqual([1, 1, 1]);
    b.dispose();
  });
});

describe("memory of somebody else", () => {
  it("stays as it is when a tensor of it is disposed of", () => {
    const before = used();
    disposeBuffer(new Buffer(64, -1));
    expect(used()).toBe(before);
  });
});

describe("withScope", () => {
  it("keeps the buffers that the caller names", () => {
    const before = used();
    const x = withScope(
      () => three(7),
      (tensor) => [concrete(tensor, "test")],
    );
    expect(x.toArray()).toEqual([7, 7, 7]);
    x.dispose();
    expect(used()).toBe(before);
  });
});

describe("garbage collection", () => {
  it("frees tensors that nobody holds any more", () => {
    const program = `
      import { fill } from ${JSON.stringify(new URL("../primitives/index.ts", import.meta.url).href)};
      import { engine } from ${JSON.stringify(new URL("./engine.ts", import.meta.url).href)};
      for (let i = 0; i < 2000; i += 1) fill([4096], i, "float");
      const before = engine().allocator.usedBytes();
      for (let i = 0; i < 20; i += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      process.stdout.write(JSON.stringify([before, engine().allocator.usedBytes()]));
    `;
    const output = execFileSync(
      process.execPath,
      ["--conditions=@trainlog/source", "--expose-gc", "--input-type=module", "--eval", program],
      { encoding: "utf8", timeout: 20_000 },
    );
    const [before, after] = JSON.parse(output) as [number, number];
    expect(before).toBeGreaterThan(2000 * 4096 * 2);
    // What the collector has not been told of yet may stay.
    expect(after).toBeLessThan(2 ** 23);
  });
});
