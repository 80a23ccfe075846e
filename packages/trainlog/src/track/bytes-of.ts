/** @file Bytes of named content. */

/** Bytes of content that a script has in memory; text is UTF-8. */
export async function bytesOf(content: Uint8Array | string | Blob): Promise<Uint8Array> {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(await content.arrayBuffer());
}
