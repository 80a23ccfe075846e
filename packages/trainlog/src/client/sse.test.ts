import fc from "fast-check";
import { expect, it } from "vitest";
import { SseParser } from "./sse.ts";

const STREAM = ': hello\r\n\r\nid: b-1\nevent: run\ndata: {"a":\ndata: 1}\n\nid: b-2\rdata:x\r\rdata: cut off';

it("gives the same events wherever the stream is cut", () => {
  const whole = new SseParser().push(STREAM);
  expect(whole).toEqual([
    { id: "b-1", event: "run", data: '{"a":\n1}' },
    { id: "b-2", event: "message", data: "x" },
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 10 }), (cuts) => {
      const parser = new SseParser();
      const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      const events = places.slice(1).flatMap((end, i) => parser.push(STREAM.slice(places[i], end)));
      expect(events).toEqual(whole);
    }),
  );
});
