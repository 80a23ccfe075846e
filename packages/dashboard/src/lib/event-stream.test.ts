import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamParser, type StreamEvent } from "./event-stream.ts";

const STREAM =
  ': hi\r\n\r\nid: b-1\nevent: run\ndata: {"a":1}\n\ndata: one\rdata:two\r\rretry: 10\ndata\n\nevent: lost\n\nid: b-2\ndata: x: y\n\n';
const EVENTS: StreamEvent[] = [
  { id: "b-1", type: "run", data: '{"a":1}' },
  { id: "b-1", type: "message", data: "one\ntwo" },
  { id: "b-1", type: "message", data: "" },
  { id: "b-2", type: "message", data: "x: y" },
];

describe("EventStreamParser", () => {
  it("reads the same events however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: STREAM.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const parser = new EventStreamParser();
        const events = edges.slice(1).flatMap((end, i) => parser.push(STREAM.slice(edges[i], end)));
        expect(events).toEqual(EVENTS);
      }),
    );
  });

  it("gives nothing for an event that the stream did not finish", () => {
    expect(new EventStreamParser().push("data: half\n")).toEqual([]);
  });
});
