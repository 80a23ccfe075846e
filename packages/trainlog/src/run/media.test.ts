import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audio, confusionMatrix, figure, file, histogram, html, image, isMedia, table, text, video } from "./media.ts";
import { toJson } from "./to-json.ts";

describe("histogram", () => {
  it("counts every finite value once, inside its edges, and the others apart", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 1, max: 100 }), (values, bins) => {
        const { edges, counts, count, nonFinite } = histogram(values, { bins }).data;
        const finite = values.filter(Number.isFinite);
        expect([count, nonFinite]).toEqual([finite.length, values.length - finite.length]);
        const [all, total] = [edges as number[], (counts as number[]).reduce((sum, n) => sum + n, 0)];
        expect(total).toBe(finite.length);
        expect(all).toHaveLength((counts as number[]).length + 1);
        expect(all.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge >= all[i - 1]!))).toBe(true);
        for (const value of finite) expect(value >= all[0]! && value <= all.at(-1)!).toBe(true);
      }),
    );
  });

  it("puts values into the right bins", () => {
    expect(histogram([0, 0.1, 0.6, 1], { bins: 2 }).data).toMatchObject({ edges: [0, 0.5, 1], counts: [2, 2] });
    expect(histogram({ edges: [0, 1, 3], counts: [5, 0] }).data).toMatchObject({ counts: [5, 0], count: 5 });
  });

  it.each([
    [{ edges: [0], counts: [1] }],
    [{ edges: [1, 0], counts: [1] }],
    [{ edges: [0, 1], counts: [-1] }],
    [null],
    [5],
    [["x"]],
  ])("refuses %j", (input) => {
    expect(() => Reflect.apply(histogram, undefined, [input])).toThrow(
      expect.objectContaining({ code: "media/bad-histogram" }),
    );
  });
});

describe("image", () => {
  it("copies pixels, infers channels, and keeps the type of an encoded file", () => {
    const data = new Uint8Array(12);
    const value = image({ data, width: 2, height: 2 }, { caption: "c" });
    data.fill(9);
    expect(value.data).toEqual({ caption: "c", width: 2, height: 2, channels: 3 });
    expect(value.sources[0]).toMatchObject({ pixels: { data: new Uint8Array(12), channels: 3 } });
    expect(image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)).sources[0]?.mime).toBe("image/png");
    expect(image(new TextEncoder().encode("<?xml?><svg/>")).sources[0]?.mime).toBe("image/svg+xml");
    expect(isMedia(value)).toBe(true);
  });

  it.each([
    [{ data: new Uint8Array(5), width: 2, height: 2 }, "media/bad-image"],
    [{ data: new Uint8Array(0), width: 0, height: 2 }, "media/bad-image"],
    [{ data: new Uint8Array(4), width: 1.5, height: 2 }, "media/bad-image"],
    [5, "media/bad-source"],
    ["", "media/bad-source"],
  ])("refuses %j", (source, code) => {
    expect(() => Reflect.apply(image, undefined, [source])).toThrow(expect.objectContaining({ code }));
  });
});

describe("the other media", () => {
  it("make WAV of samples", () => {
    const value = audio({ samples: [Float32Array.of(0, 1), Float32Array.of(-1, 2)], sampleRateHz: 8000 });
    const [source] = value.sources;
    const bytes = source !== undefined && "bytes" in source ? source.bytes : new Uint8Array();
    const view = new DataView(bytes.buffer);
    expect(value.data).toEqual({ sampleRateHz: 8000, durationS: 2 / 8000 });
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint32(40, true)]).toEqual([2, 8000, 8]);
    expect([44, 46, 48, 50].map((at) => view.getInt16(at, true))).toEqual([0, -32_767, 32_767, 32_767]);
    expect(() => audio({ samples: Float32Array.of(0), sampleRateHz: 0 })).toThrow(/sampleRateHz/);
    expect(() => audio({ samples: [Float32Array.of(0), Float32Array.of(0, 1)], sampleRateHz: 1 })).toThrow(
      /equal length/,
    );
  });

  it("make tables of columns and of records, with cells as JSON", () => {
    expect(table({ columns: ["a"], rows: [[1], [undefined]] }).data).toEqual({ columns: ["a"], rows: [[1], [null]] });
    const records = [JSON.parse('{"a":1,"__proto__":2}'), { b: new Date(0) }];
    expect(table(records).data).toEqual({
      columns: ["a", "__proto__", "b"],
      rows: [
        [1, 2, null],
        [null, null, "1970-01-01T00:00:00.000Z"],
      ],
    });
    for (const input of [5, null, "x", { a: [1] }, { columns: ["a"], rows: 1 }]) {
      expect(() => table(input as never)).toThrow(/table: expected \{ columns, rows \} or an array of objects/);
    }
    expect(() => table({ columns: ["a", "b"], rows: [[1, 2], [1]] })).toThrow(
      /rows\[1\]: expected 2 cells \(a, b\), got 1/,
    );
  });

  it("make confusion matrices of counts and of pairs", () => {
    expect(confusionMatrix({ actual: [0, 1, 1], predicted: [0, 0, 1], labels: ["x", "y"] }).data).toEqual({
      counts: [
        [1, 0],
        [1, 1],
      ],
      labels: ["x", "y"],
    });
    expect(() => confusionMatrix({ counts: [[1, 2]] })).toThrow(/counts\[0\] has 2 columns/);
    expect(() => confusionMatrix({ actual: [0], predicted: [] })).toThrow(/predicted has 0/);
    expect(() => confusionMatrix({ actual: [-1], predicted: [0] })).toThrow(/class index/);
    expect(() => confusionMatrix({ counts: [[1]], labels: [] })).toThrow(/0 labels for 1/);
    expect(() =>
      confusionMatrix({
        counts: [
          [1, 2],
          [0.5, 1],
        ],
      }),
    ).toThrow(/counts\[1\]\[0\]: expected a whole number of 0 or more, got 0.5/);
    for (const input of [5, null, [[1]], { counts: 5 }, { actual: [0] }]) {
      expect(() => confusionMatrix(input as never)).toThrow(/confusionMatrix: expected \{ counts/);
    }
  });

  it("make text, html, figures, videos and files", () => {
    expect(text("a\ud800").data).toEqual({ text: "a\ufffd", format: "plain" });
    expect(html("<b>x</b>").data).toEqual({ html: "<b>x</b>" });
    expect(figure("<svg></svg>").data["format"]).toBe("svg");
    expect(figure({ data: [] }).data["format"]).toBe("plotly");
    expect(figure({ mark: "bar" }).data["format"]).toBe("vega-lite");
    expect(() => figure("plain")).toThrow(expect.objectContaining({ code: "media/bad-figure" }));
    expect(file("/a/b.txt").data).toEqual({ name: "b.txt" });
    expect(video(new Uint8Array(1), { mime: "video/mp4" }).sources[0]?.mime).toBe("video/mp4");
    expect(() => Reflect.apply(text, undefined, [5])).toThrow(/expected text, got 5/);
  });
});

describe("toJson", () => {
  it("gives JSON values back as they are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson(value, "v", () => expect.unreachable())).toEqual(value);
      }),
    );
  });

  it("names what is left out by its path, and keeps the rest", () => {
    const left: string[] = [];
    const value = {
      a: [1, undefined, () => 1],
      b: { c: Symbol("x"), d: new Set([1]) },
      e: new URL("http://x/"),
      f: new WeakMap(),
      g: -0,
    };
    const json = toJson(value, "", (path, reason) => left.push(`${path}: ${reason}`));
    expect(json).toEqual({ a: [1, null, null], b: { d: [1] }, e: "http://x/", g: -0 });
    expect(left.map((line) => line.split(":")[0])).toEqual(["a[1]", "a[2]", "b/c", "f"]);
  });

  it("stops at 200,000 values, said once", () => {
    const left: string[] = [];
    toJson(new Array(300_000).fill(1), "big", (path) => left.push(path));
    expect(left).toHaveLength(1);
  });
});
