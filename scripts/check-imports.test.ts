import { describe, expect, it } from "vitest";
import { importsOf, isAllowed, roomOf } from "./check-imports.ts";

describe("importsOf", () => {
  it("finds static, re-exporting and dynamic imports, and none in comments or strings", () => {
    const source = `
      import { a } from "./a.ts";
      export * from "./b.ts";
      const c = await import("./c.ts");
      // import "./commented.ts"
      const text = 'import "./quoted.ts"';
    `;
    expect(importsOf(source)).toEqual(["./a.ts", "./b.ts", "./c.ts"]);
  });
});

describe("isAllowed", () => {
  it("lets a room import itself and what its rule names", () => {
    expect(isAllowed("run/event.ts", "run/json.ts")).toBe(true);
    expect(isAllowed("store/store.ts", "run-log/read/reader.ts")).toBe(true);
    expect(isAllowed("log/codec.ts", "run/error.ts")).toBe(true);
  });

  it("refuses everything else", () => {
    expect(isAllowed("run/event.ts", "log/codec.ts")).toBe(false);
    expect(isAllowed("run-log/codec/frame.ts", "run-log/write/writer.ts")).toBe(false);
    expect(isAllowed("track/local.ts", "store/store.ts")).toBe(false);
    expect(isAllowed("log/codec.ts", "run/event.ts")).toBe(false);
    expect(isAllowed("new-room/file.ts", "run/json.ts")).toBe(false);
  });
});

describe("roomOf", () => {
  it("takes the longest room", () => {
    expect(roomOf("run-log/codec/frame.ts")).toBe("run-log/codec");
    expect(roomOf("run-log/index.ts")).toBe("run-log");
    expect(roomOf("nowhere.ts")).toBeUndefined();
  });
});
