import { connect } from "node:net";
import { expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";

const POST_BATCH = "POST /api/v1/runs/r/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

/** Requests that no proper client sends, and the status of each. */
const ODD: readonly (readonly [string, number])[] = [
  ["GET /api/v1/runs HTTP/1.1\r\n\r\n", 400],
  ["GET /api/v1/health HTTP/1.0\r\n\r\n", 400],
  ["OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["FOO /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["TRACE /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n", 404],
  ["GET //evil.com/api/v1/runs HTTP/1.1\r\nhost: localhost\r\n\r\n", 404],
  ["GET /api/v1/runs/../../x HTTP/1.1\r\nhost: localhost\r\n\r\n", 404],
  ["GET /api/v1/runs/%00 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["GET /api/v1/runs/%zz HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["GET /api/v1/runs/%2e%2e%2fx HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["GET /api/v1/runs?__proto__=1&constructor=2 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  ["GET /api/v1/runs?cursor=abc HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
  [`GET /${"a".repeat(200_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
  ["GET /api/v1/health HTTP/1.1\r\nhost: localhost, evil.com\r\n\r\n", 400],
  ["GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\nhost: evil.com\r\n\r\n", 403],
  [`${POST_BATCH}content-length: -5\r\n\r\n`, 400],
  [`${POST_BATCH}transfer-encoding: chunked\r\n\r\nZZ\r\n`, 400],
  [`${POST_BATCH}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [`${POST_BATCH}content-length: 2\r\n\r\n{}`, 400],
  [
    "PATCH /api/v1/runs/none HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    404,
  ],
];

/** Sends raw bytes and gives the first piece of the answer. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    socket.once("data", (data) => {
      socket.on("error", () => {});
      socket.removeListener("error", reject);
      socket.destroy();
      resolve(String(data));
    });
    socket.write(text);
  });
}

it("odd requests get a plain answer each, and the server goes on", async () => {
  const problems: string[] = [];
  const server = await startTestServer({ onProblem: (message) => problems.push(message) });
  await server.ready;
  for (const [text, status] of ODD) {
    expect(await send(server.port, text), text.slice(0, 100)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  }
  expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200);
  expect(problems).toEqual([]);
});
