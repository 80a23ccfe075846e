import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CONDITIONS, MAX_FILTER_DEPTH, parseFilter, readFilter } from "./parse.ts";
import { printFilter } from "./print.ts";
import { anyFilter } from "./test-filters.ts";
import { MAX_FILTER_LENGTH, tokensOf } from "./tokens.ts";

/** The filter in its one spelling. */
const again = (text: string): string => printFilter(parseFilter(text));

describe("parseFilter", () => {
  it("reads every part of the language", () => {
    expect(
      again(
        `state = running and metric.loss.min < 0.1 and config.optimizer.lr >= 1e-3 and tag = "best" and name ~ "^res" and not archived and created > -7d and duration < 2h and exists(summary.acc) and group in ("a",'b')`,
      ),
    ).toBe(
      `state = running and metric.loss.min < 0.1 and config.optimizer.lr >= 0.001 and tag = "best" and name ~ "^res" and not archived = true and created > -1w and duration < 2h and exists(summary.acc) and group in ("a", "b")`,
    );
  });

  it.each([
    ["", ""],
    ["a:1", undefined],
    ["archived", "archived = true"],
    ["config.debug and !archived", "config.debug = true and not archived = true"],
    ["name == x || name = y && state != failed", 'name = "x" or name = "y" and state != failed'],
    ["(name = x or name = y) and archived", '(name = "x" or name = "y") and archived = true'],
    ["name not in (a, b)", 'not name in ("a", "b")'],
    ["tag not contains best", 'not tag contains "best"'],
    ["NOT (archived AND archived)", "not (archived = true and archived = true)"],
    ["metric.loss < .5", "metric.loss.last < 0.5"],
    ["metric.val.loss.best < 1", "metric.val.loss.best < 1"],
    ["metric.`val/loss @1`.min < 1", "metric.`val/loss @1`.min < 1"],
    ["metric.`loss.min`.max > 0", "metric.loss.min.max > 0"],
    ["metric.`loss.min` > 0", "metric.loss.min.last > 0"],
    ["metric.train/loss.last = nan", "metric.train/loss.last = nan"],
    ["config.x = null or config.x = -inf", undefined],
    ["config.x = -1e999", "config.x = -1e999"],
    ["config.date = 2026-01-31", 'config.date = "2026-01-31"'],
    ["created >= 2026-01-31", "created >= 2026-01-31"],
    ['created >= "2026-01-31T10:00+01:00"', "created >= 2026-01-31T09:00:00.000Z"],
    ["created < now", "created < now"],
    ["duration > 1h30m", "duration > 90m"],
    ["durationMs > 1500.5", "durationMs > 1500.5"],
    ["config.layers contains 64", "config.layers contains 64"],
    ["group = null", "group = null"],
  ])("reads %s as %s", (text, expected) => {
    if (expected === undefined)
      expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: "query/bad-filter", status: 400 }));
    else expect(again(text)).toBe(expected);
  });

  it.each([
    [
      "state = runing",
      'filter, character 9: state: expected a state (running, finished, failed, killed, crashed), found "runing"; did you mean running?',
    ],
    ["nmae = x", /character 1: no field "nmae".*did you mean name\?/],
    ["metrics.loss < 1", /did you mean metric\?/],
    ["name = x adn archived", 'filter, character 10: expected and, or or the end, found "adn"; did you mean and?'],
    ["name =", "filter, character 7: expected a text, found the end"],
    ["name", /character 5: expected =, !=, ~, .* or not in, found the end/],
    ["name < ", /expected a text/],
    ["state < running", "filter, character 7: state: no operator < here, expected = or !="],
    [
      "duration < 60",
      'filter, character 12: duration: expected a duration such as 90s, 5m or 1h30m, found "60"; give the unit',
    ],
    ["created > tomorrow", /expected a date such as/],
    [
      "created > 2026-02-30",
      "filter, character 11: expected a date such as 2026-01-31, or a time ago such as -7d, found no day of the calendar",
    ],
    ["metric.loss < high", 'filter, character 15: metric.loss.last: expected a number, found "high"'],
    ["metric < 1", /metric of what\?/],
    ['name = "x', /character 8: expected a text, found/],
    ["(name = x", "filter, character 10: expected and, or or ), found the end"],
    ["name = x)", /character 9: expected and, or or the end, found "\)"/],
    ["not", /expected a condition/],
    ["name ~ null", /expected a pattern in quotes/],
    ["config.x < null", /null can only be compared/],
    ["tag = v1.2", /put a text in quotes/],
    ["name = x; drop table runs", /character 9/],
    ["\u0000", /character 1/],
  ])("says what is wrong with %s", (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  it("gives back every tree that it printed", () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual(filter);
      }),
    );
  });

  it("answers to any text, with a tree or with a place in it", () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."()\"'`.=<>!~&|,-0159edshmw \\T:Zanortx_é🎉") }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { filter, problem } = readFilter(text);
        if (filter !== undefined) expect(printFilter(parseFilter(printFilter(filter)))).toBe(printFilter(filter));
        else {
          expect(problem!.from).toBeLessThanOrEqual(problem!.to);
          expect(problem!.to).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("bounds length, depth and number of conditions", () => {
    const bad = (text: string): void => expect(() => parseFilter(text)).toThrow(/at most/);
    bad(" ".repeat(MAX_FILTER_LENGTH + 1));
    bad("(".repeat(MAX_FILTER_DEPTH + 1));
    bad("not ".repeat(MAX_FILTER_DEPTH + 1));
    bad(Array.from({ length: MAX_CONDITIONS + 1 }, () => "archived").join(" or "));
    bad(Array.from({ length: 21 }, () => "name ~ x").join(" or "));
    bad(`config.x in (${Array.from({ length: 1001 }, () => "1").join(",")})`);
    expect(parseFilter(`${"(".repeat(MAX_FILTER_DEPTH)}archived${")".repeat(MAX_FILTER_DEPTH)}`)).toMatchObject({
      type: "compare",
    });
  });
});

describe("tokensOf", () => {
  it("covers everything but spaces, in order", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let end = 0;
        for (const { from, to, source } of tokensOf(text)) {
          expect(text.slice(end, from).trim()).toBe("");
          expect(source).toBe(text.slice(from, to));
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        expect(text.slice(end).trim()).toBe("");
      }),
    );
  });
});
