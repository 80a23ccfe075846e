import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyBatch } from "../../../test/support/run-log/sample-events.ts";
import { encodeBatch } from "./batch.ts";
import { decodeBody, encodeBody } from "./body.ts";
import { encodeFrame } from "./frame.ts";
import { KeyDictionary } from "./key-dictionary.ts";

describe("body", () => {
  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 3 }), (batches) => {
        expect(decodeBody(encodeBody(batches))).toStrictEqual(batches);
      }),
    );
  });

  it("is refused by name wherever one byte is changed or the end is missing", () => {
    const rows = {
      steps: Float64Array.of(1),
      wallMs: Float64Array.of(2),
      columns: [{ kind: "number", key: "a", values: Float64Array.of(0.1) } as const],
    };
    const body = encodeBody([{ events: [{ type: "rows", rows }], origin: { writerId: "w", seq: 3 } }]);
    for (let at = 0; at < body.length; at++) {
      const changed = body.slice();
      changed[at]! ^= 0x10;
      expect(() => decodeBody(changed)).toThrow(expect.objectContaining({ code: "run-log/bad-body", status: 400 }));
      if (at > 0)
        expect(() => decodeBody(body.subarray(0, at))).toThrow(expect.objectContaining({ code: "run-log/bad-body" }));
    }
  });

  it("is refused when a key is used that it does not state, or a frame is no batch", () => {
    const dictionary = new KeyDictionary();
    const rows = {
      steps: Float64Array.of(1),
      wallMs: Float64Array.of(2),
      columns: [{ kind: "number", key: "a", values: Float64Array.of(3) } as const],
    };
    encodeBatch([{ type: "rows", rows }], dictionary);
    expect(() => decodeBody(encodeBatch([{ type: "rows", rows }], dictionary))).toThrow(/key id/);
    expect(() => decodeBody(encodeFrame(9, new Uint8Array(1)))).toThrow(/frame type 9/);
  });
});
