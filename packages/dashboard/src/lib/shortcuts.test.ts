import { describe, expect, it } from "vitest";
import { type KeyPress, ShortcutReader } from "./shortcuts.ts";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  shift: false,
  typing: false,
  ...more,
});

describe("ShortcutReader", () => {
  it("reads single keys, not in fields, not with Alt, and not when they are turned off", () => {
    const reader = new ShortcutReader();
    expect(reader.read(press("?", { shift: true }), true, 0)).toEqual({ kind: "sheet" });
    expect(reader.read(press("3"), true, 0)).toEqual({ kind: "tab", index: 2 });
    expect(reader.read(press("t", { typing: true }), true, 0)).toBeUndefined();
    expect(reader.read(press("t", { alt: true }), true, 0)).toBeUndefined();
    expect(reader.read(press("t"), false, 0)).toBeUndefined();
    expect(reader.read(press("constructor"), true, 0)).toBeUndefined();
  });

  it("opens the command bar from anywhere", () => {
    const reader = new ShortcutReader();
    expect(reader.read(press("k", { ctrl: true, typing: true }), false, 0)).toEqual({ kind: "commands" });
    expect(reader.read(press("c", { ctrl: true }), true, 0)).toBeUndefined();
  });

  it("reads two keys that come soon after each other", () => {
    const reader = new ShortcutReader();
    expect(reader.read(press("g"), true, 0)).toBeUndefined();
    expect(reader.read(press("h"), true, 900)).toEqual({ kind: "home" });
    expect(reader.read(press("h"), true, 950)).toBeUndefined();
    reader.read(press("g"), true, 1000);
    expect(reader.read(press("p"), true, 5000)).toBeUndefined();
    reader.read(press("g"), true, 6000);
    expect(reader.read(press("t"), true, 6100)).toBeUndefined();
  });
});
