/** @file Hands bytes that the page made to the browser as a download. */

/** Time after which the address of the bytes is given up, in milliseconds: by then every browser has begun to read. */
const KEPT_MS = 60_000;

/** Downloads `bytes` as a file. */
export function saveFile(bytes: Blob, fileName: string): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
