import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../test-errors.ts";
import { deflate, inflate, inflateStart } from "./inflate.ts";
import { optionalPeer } from "./optional-peer.ts";
import { type DataSource, nameOf, openSource, readSource, streamSource } from "./source.ts";
import { decodeText, linesOf } from "./text.ts";
import { writeFileWhole } from "./write-file.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);

describe("a source", () => {
  let folder = "";
  let server: Server;
  let address = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trainlog-source-"));
    await writeFile(join(folder, "a b.bin"), BYTES);
    server = createServer((request, response) => {
      if (request.url === "/a.bin") response.end(BYTES);
      else response.writeHead(404, "Not here").end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const place = server.address();
    address = `http://127.0.0.1:${typeof place === "object" ? place?.port : ""}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const sources: readonly [string, () => DataSource][] = [
    ["a path", () => join(folder, "a b.bin")],
    ["a file URL", () => pathToFileURL(join(folder, "a b.bin"))],
    ["an address", () => `${address}/a.bin`],
    ["a URL", () => new URL(`${address}/a.bin`)],
    ["a data: address", () => `data:application/octet-stream;base64,${Buffer.from(BYTES).toString("base64")}`],
    ["a Blob", () => new Blob([BYTES])],
    ["bytes", () => BYTES],
    ["an ArrayBuffer", () => BYTES.slice().buffer],
  ];

  it.each(sources)("gives its bytes whole, as a stream and in parts: %s", async (_, make) => {
    expect([...(await readSource(make()))]).toEqual([...BYTES]);
    expect(Buffer.concat(await Array.fromAsync(streamSource(make())))).toEqual(Buffer.from(BYTES));
    const open = await openSource(make());
    expect(open.sizeBytes).toBe(1000);
    expect([...(await open.read(10, 14))]).toEqual([10, 11, 12, 13]);
    await open.close();
  });

  it("says which one cannot be read, and why", async () => {
    const path = join(folder, "none");
    for (const read of [readSource, openSource, (source: DataSource) => Array.fromAsync(streamSource(source))]) {
      await expect(read(path)).rejects.toThrow(/none cannot be read: ENOENT/);
      await expect(read(`${address}/b.bin`)).rejects.toThrow("/b.bin was answered with 404 Not here");
    }
    expect(await codeOf(() => readSource(17 as unknown as string))).toBe("data/bad-source");
  });

  it("leaves no file open when a stream is left early", async () => {
    for await (const chunk of streamSource(join(folder, "a b.bin"))) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await rm(join(folder, "a b.bin"));
    await writeFile(join(folder, "a b.bin"), BYTES);
  });

  it("has a name for errors", () => {
    expect(nameOf("a/b.csv")).toBe("a/b.csv");
    expect(nameOf(new URL("file:///a%20b.csv"))).toBe("/a b.csv");
    expect(nameOf(new File([], "c.csv"))).toBe("c.csv");
    expect(nameOf("data:text/plain,abc")).toBe("the data: address");
    expect(nameOf(BYTES, "the table")).toBe("the table");
  });

  it("is replaced whole or not at all", async () => {
    const path = join(folder, "new.bin");
    await writeFileWhole(pathToFileURL(path), BYTES);
    expect([...(await readFile(path))]).toEqual([...BYTES]);
    expect(await codeOf(() => writeFileWhole(join(folder, "no", "x"), BYTES))).toBe("data/cannot-write");
    expect(await codeOf(() => writeFileWhole(folder, BYTES))).toBe("data/cannot-write");
  });
});

describe("text", () => {
  async function* chunks(parts: readonly (readonly number[])[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield Uint8Array.from(part);
  }

  it("may be cut inside of characters and line ends", async () => {
    const bytes = [...new TextEncoder().encode("\ufeffä\r\nb\n\n🙂")];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const texts = decodeText(chunks([bytes.slice(0, cut), bytes.slice(cut)]), "t");
      const lines = (await Array.fromAsync(linesOf(texts))).flat();
      expect(lines.map(({ text }) => text)).toEqual(["ä", "b", "", "🙂"]);
      expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    }
  });

  it("says where bytes are no text", async () => {
    const read = (parts: number[][]): Promise<string[]> => Array.fromAsync(decodeText(chunks(parts), "t.txt"));
    await expect(
      read([
        [97, 97],
        [97, 0xff],
      ]),
    ).rejects.toThrow("t.txt is not UTF-8 text: between bytes 2 and 4");
    await expect(read([[97, 0xc3]])).rejects.toThrow("t.txt is not UTF-8 text: at its end (byte 2)");
  });
});

describe("inflate", () => {
  it("is the inverse of deflate, and stops where it is told to", async () => {
    const packed = await deflate(BYTES, "deflate-raw");
    expect(await inflate(packed, "deflate-raw", { what: "x", maxBytes: 1000 })).toEqual(BYTES);
    expect(await inflateStart(packed, "deflate-raw", { what: "x", sizeBytes: 5 })).toEqual(BYTES.slice(0, 5));
    await expect(inflate(packed, "deflate-raw", { what: "x", maxBytes: 999 })).rejects.toThrow(
      "x unpacks to more than the 999 bytes that it promises",
    );
    expect(await codeOf(() => inflate(packed.subarray(0, 50), "deflate-raw", { what: "x", maxBytes: 1000 }))).toBe(
      "data/corrupt",
    );
  });
});

describe("optionalPeer", () => {
  it("says what to install", async () => {
    const load = optionalPeer("no-such-package", "reading stones", () => Promise.reject(new Error("not found")));
    await expect(load).rejects.toThrow("reading stones needs the package no-such-package: npm install no-such-package");
  });
});

it("a folder is no file to read", async () => {
  await expect(readSource(tmpdir())).rejects.toMatchObject({ code: "data/no-file" });
  const streamed = streamSource(tmpdir()).next();
  await expect(streamed).rejects.toMatchObject({
    code: "data/no-file",
    message: `${tmpdir()} cannot be read: it is a folder`,
  });
});
