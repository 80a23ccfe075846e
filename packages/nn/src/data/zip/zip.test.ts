import { describe, expect, it } from "vitest";
import { codeOf } from "../test-errors.ts";
import { readZip } from "./read-zip.ts";
import { writeZip } from "./write-zip.ts";

const TEXT = new TextEncoder().encode("the same again and again and again and again");

/** The archive with its directory in ZIP64 form, as archives above 4 GiB have it: 32-bit fields say "see there". */
function asZip64(archive: Uint8Array): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset);
  const end = archive.length - 22;
  const directory = view.getUint32(end + 16, true);
  const nameBytes = view.getUint16(directory + 28, true);
  const entry = Buffer.from(archive.subarray(directory, directory + 46 + nameBytes));
  const extra = Buffer.alloc(4 + 24);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [i, field] of [24, 20, 42].entries()) {
    extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), 4 + 8 * i);
    entry.writeUInt32LE(0xffffffff, field);
  }
  // Another extra field before it, which is to be skipped.
  const stamp = Buffer.from([0x55, 0x54, 1, 0, 9]);
  entry.writeUInt16LE(stamp.length + extra.length, 30);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(directory), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directory + entry.length + stamp.length + extra.length), 8);
  const oldEnd = Buffer.from(archive.subarray(end));
  oldEnd.writeUInt32LE(0xffffffff, 16);
  // Not a Buffer, whose `slice` would be a view.
  return new Uint8Array(Buffer.concat([archive.subarray(0, directory), entry, stamp, extra, end64, locator, oldEnd]));
}

describe("readZip", () => {
  it.each([true, false])("reads archives in ZIP64 form, deflated %s", async (compress) => {
    const archive = await writeZip([{ name: "a.txt", bytes: TEXT }], { compress });
    const [entry] = readZip(asZip64(archive), "z");
    expect(entry).toMatchObject({ name: "a.txt", sizeBytes: TEXT.length });
    expect(await entry?.read()).toEqual(TEXT);
  });

  it("refuses ZIP64 fields that cannot be true, wherever they are changed", async () => {
    const archive = asZip64(await writeZip([{ name: "a.txt", bytes: TEXT }], { compress: false }));
    const data = 30 + 5 + TEXT.length;
    for (let at = data; at < archive.length; at += 1) {
      const damaged = archive.slice();
      damaged[at] = 0xff - (damaged[at] ?? 0);
      const code = await codeOf(async () => {
        for (const entry of readZip(damaged, "z")) expect(await entry.read()).toEqual(TEXT);
      });
      expect(code).toMatch(/^(zip\/(corrupt|unsupported)|data\/(corrupt|too-large)|no error)$/);
    }
  });

  it("finds the directory before a comment", async () => {
    const archive = await writeZip([{ name: "a.txt", bytes: TEXT }], { compress: true });
    const [entry] = readZip(new Uint8Array(Buffer.concat([archive, Buffer.alloc(300, 32)])), "z");
    expect(await entry?.read()).toEqual(TEXT);
  });

  it("names the file whose bytes changed", async () => {
    const archive = await writeZip([{ name: "a.txt", bytes: TEXT }], { compress: false });
    archive[30 + 5] = 88;
    await expect(readZip(archive, "z.zip")[0]?.read()).rejects.toThrow(
      /^"a\.txt" in z\.zip cannot be read: its checksum is [0-9a-f]{8} and should be [0-9a-f]{8}$/,
    );
    expect(await codeOf(() => readZip(new Uint8Array(0), "z"))).toBe("zip/corrupt");
  });
});
