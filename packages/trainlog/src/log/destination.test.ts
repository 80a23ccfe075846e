import { describe, expect, it } from "vitest";
import { LogDestination } from "./destination.ts";

describe("LogDestination", () => {
  it.each(["false", "off", "none", "no", "disabled", "OFF", " None\n"])("takes %j as disabled", (raw) => {
    const destination = LogDestination.parse(raw);
    expect([destination.isEnabled, destination.path, String(destination)]).toEqual([false, undefined, "disabled"]);
    expect(destination.pathOrDefault("d.json")).toBe("d.json");
  });

  it.each(["runs/log.json", "offline", "true", "", " a b "])("takes %j as a path, as given", (raw) => {
    const destination = LogDestination.parse(raw);
    expect([destination.isEnabled, destination.path, String(destination)]).toEqual([true, raw, raw]);
    expect(destination.pathOrDefault("d.json")).toBe(raw);
  });

  it("uses the default path when the user gave nothing", () => {
    expect(LogDestination.parseOptional(undefined, "d.json").path).toBe("d.json");
    expect(LogDestination.parseOptional("off", "d.json").path).toBeUndefined();
    expect(LogDestination.parseOptional("x.json", "d.json").path).toBe("x.json");
  });
});
