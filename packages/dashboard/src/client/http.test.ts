import { describe, expect, it } from "vitest";
import { ApiClient, queryText } from "./http.ts";

const clientOf = (answer: () => Promise<Response>): ApiClient =>
  new ApiClient({ fetch: answer, onUnauthorized: () => undefined });

describe("ApiClient", () => {
  it("tells what the server said about an error", async () => {
    const problem = {
      type: "about:blank",
      title: "Not found",
      status: 404,
      detail: "there is no run x",
      code: "run/not-found",
    };
    const client = clientOf(async () => Response.json(problem, { status: 404 }));
    await expect(client.get("/runs/x")).rejects.toMatchObject({
      status: 404,
      code: "run/not-found",
      message: "there is no run x",
      problem,
    });
  });

  it("says so when an error is no problem document, as from a proxy", async () => {
    const client = clientOf(async () => new Response("<html>", { status: 502 }));
    await expect(client.get("/runs")).rejects.toMatchObject({ status: 502, code: "dashboard/bad-answer" });
  });

  it("says in words that the server does not answer", async () => {
    const client = clientOf(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(client.get("/runs")).rejects.toThrow("does not answer");
  });
});

it("writes query strings", () => {
  expect(queryText({})).toBe("");
  expect(queryText({ q: "a b", metric: ["x/y", "z"], desc: true, none: undefined })).toBe(
    "?q=a+b&metric=x%2Fy&metric=z&desc=true",
  );
});
