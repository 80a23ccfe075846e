/** @file The GPU of this browser. */
import { TrainlogError } from "../error.ts";

/**
 * Asks for a GPU with as much memory as it gives.
 *
 * @throws TrainlogError `webgpu/no-adapter` that says what to do.
 */
export async function requestDevice(): Promise<GPUDevice> {
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  if (gpu === undefined) throw noAdapter("this JavaScript engine has no WebGPU (navigator.gpu)");
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw noAdapter("there is WebGPU, but no adapter for it");
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  return await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
}

function noAdapter(what: string): TrainlogError {
  return new TrainlogError(
    "webgpu/no-adapter",
    `${what}. It needs a browser with WebGPU on a page from https: or localhost (Chromium without a GPU: --enable-unsafe-webgpu); ` +
      'backend "compiled" runs everywhere',
  );
}
