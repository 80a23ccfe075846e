import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.ts";
import { joinCrc32c } from "./crc32c-join.ts";

describe("joinCrc32c", () => {
  it("gives the CRC of both stretches in one", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 5000, size: "max" }), (a, b) => {
        expect(joinCrc32c(crc32c(a), crc32c(b), b.length)).toBe(crc32c(b, crc32c(a)));
      }),
    );
  });

  it("takes stretches as long as the longest frame", () => {
    const zeros = new Uint8Array(64 * 1024 * 1024);
    expect(joinCrc32c(0xe306_9283, crc32c(zeros), zeros.length)).toBe(crc32c(zeros, 0xe306_9283));
  });
});
