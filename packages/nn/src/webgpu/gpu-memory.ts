/** @file The one buffer of a step on the GPU: it grows, and is read and written from here. */
import { allocate, checkAlive, viewOf } from "../engine/engine.ts";
import { TrainlogError } from "../error.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { type AnyTensor, concrete, Tensor } from "../tensor/tensor.ts";

/** Numbers that the standard gives to its flags; they are no part of TypeScript's DOM. */
const FLAGS = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, STORAGE: 128, COMPUTE: 4, READ: 1 } as const;

/** What is read back: where it lies and what it is. */
export interface GpuLeaf {
  readonly offset: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Memory of a step. */
export class GpuMemory {
  readonly device: GPUDevice;
  private buffer: GPUBuffer;
  private readonly layout: GPUBindGroupLayout;
  private group: GPUBindGroup;

  constructor(device: GPUDevice, sizeBytes: number) {
    this.device = device;
    this.layout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: FLAGS.COMPUTE, buffer: { type: "storage" } }],
    });
    this.buffer = this.create(sizeBytes);
    this.group = this.bind();
  }

  /** What pipelines of kernels on this memory are made with. */
  pipelineLayout(): GPUPipelineLayout {
    return this.device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
  }

  bindGroup(): GPUBindGroup {
    return this.group;
  }

  /** Makes it at least so large; what is in it stays. */
  grow(sizeBytes: number): void {
    const old = this.buffer;
    if (old.size >= sizeBytes) return;
    this.buffer = this.create(sizeBytes);
    this.group = this.bind();
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(old, 0, this.buffer, 0, old.size);
    this.device.queue.submit([encoder.finish()]);
    old.destroy();
  }

  /** Writes a tensor's elements. */
  write(offset: number, tensor: AnyTensor): void {
    if (tensor.size === 0) return;
    const elements = viewOf(checkAlive(concrete(tensor, "a step on the GPU")), tensor.size, tensor.dtype);
    // Shared memory is fine for the queue, which copies at once; the types of the DOM say otherwise.
    this.device.queue.writeBuffer(this.buffer, offset, elements as ArrayBufferView<ArrayBuffer>);
  }

  /** Writes words. */
  writeWords(offset: number, words: Uint32Array<ArrayBuffer>): void {
    this.device.queue.writeBuffer(this.buffer, offset, words);
  }

  /** The bits at several places, as they are after everything that was submitted before. */
  async read(places: readonly { readonly offset: number; readonly sizeBytes: number }[]): Promise<Uint32Array[]> {
    const total = places.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const staging = this.device.createBuffer({
      size: Math.max(4, total),
      usage: FLAGS.MAP_READ | FLAGS.COPY_DST,
    });
    const encoder = this.device.createCommandEncoder();
    let to = 0;
    for (const { offset, sizeBytes } of places) {
      if (sizeBytes > 0) encoder.copyBufferToBuffer(this.buffer, offset, staging, to, sizeBytes);
      to += sizeBytes;
    }
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(FLAGS.READ);
    const words = new Uint32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    let from = 0;
    return places.map(({ sizeBytes }) => {
      from += sizeBytes / 4;
      return words.subarray(from - sizeBytes / 4, from);
    });
  }

  /** Tensors with what lies at several places. */
  async readTensors(leaves: readonly GpuLeaf[]): Promise<AnyTensor[]> {
    const read = await this.read(leaves.map(({ offset, shape }) => ({ offset, sizeBytes: 4 * sizeOf(shape) })));
    return leaves.map(({ shape, dtype }, i) => tensorOfBits(shape, dtype, read[i] ?? new Uint32Array(0)));
  }

  destroy(): void {
    this.buffer.destroy();
  }

  private create(sizeBytes: number): GPUBuffer {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (sizeBytes > most) {
      throw new TrainlogError(
        "webgpu/out-of-memory",
        `this step needs ${sizeBytes} bytes of GPU memory, and this GPU gives at most ${most} at once; use a smaller batch`,
      );
    }
    return this.device.createBuffer({
      size: sizeBytes,
      usage: FLAGS.STORAGE | FLAGS.COPY_SRC | FLAGS.COPY_DST,
    });
  }

  private bind(): GPUBindGroup {
    return this.device.createBindGroup({
      layout: this.layout,
      entries: [{ binding: 0, resource: { buffer: this.buffer } }],
    });
  }
}

function tensorOfBits(shape: Shape, dtype: DType, bits: Uint32Array): AnyTensor {
  const buffer = allocate(shape, dtype);
  const elements = viewOf(buffer, sizeOf(shape), dtype);
  new Uint32Array(elements.buffer, elements.byteOffset, elements.length).set(bits);
  return new Tensor(buffer, shape, dtype);
}
