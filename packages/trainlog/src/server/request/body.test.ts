import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_JSON_DEPTH, parseJson, readBody } from "./body.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function requestOf(body: ReadableStream<Uint8Array>): Request {
  const init = { method: "POST", body, duplex: "half" };
  return new Request("http://localhost/", init);
}

describe("parseJson", () => {
  it("reads what JSON.parse reads, whatever brackets stand in texts", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.array(fc.constantFrom("[", "{", "\\", '"', "]", "é")),
        (value, brackets) => {
          const given = { value, text: brackets.join("").repeat(50) };
          expect(parseJson(bytesOf(JSON.stringify(given)))).toEqual(JSON.parse(JSON.stringify(given)));
        },
      ),
    );
  });

  it("takes the deepest nesting allowed and not one level more", () => {
    const nested = (depth: number): Uint8Array => bytesOf("[".repeat(depth) + "]".repeat(depth));
    expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow(/deeper than 100/);
    expect(() => parseJson(bytesOf(`[${"{},".repeat(1000)}${'{"a":'.repeat(101)}1${"}".repeat(101)}]`))).toThrow(
      /deeper than 100/,
    );
    expect(() => parseJson(bytesOf(`[${"[],".repeat(1000)}[]]`))).not.toThrow();
  });
});

describe("readBody", () => {
  it("cuts a body off that takes too long, so that it may be sent again", async () => {
    const drip = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytesOf("a")) });
    const reading = readBody(requestOf(drip), { maxBytes: 10, timeoutMs: 20 });
    await expect(reading).rejects.toMatchObject({ code: "api/body-lost", status: 408 });
  });

  it("says that the connection broke", async () => {
    const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("ECONNRESET")) });
    await expect(readBody(requestOf(broken), { maxBytes: 10 })).rejects.toMatchObject({ code: "api/body-lost" });
  });
});
