/**
 * @file CIFAR-10 in its binary version (A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009): records of one label byte and 3 × 32 × 32
 * bytes, red, green and blue plane one after the other, rows from the top.
 */
import { TrainlogError } from "../../error.ts";
import type { Dataset } from "../dataset.ts";
import { checkLabels, imageDataset, type PixelOptions } from "../image-dataset.ts";
import { checkOptionNames } from "../options.ts";
import { inflate, joinBytes } from "../source/inflate.ts";
import { md5 } from "../source/md5.ts";
import { type DataSource, nameOf, readSource } from "../source/source.ts";
import { readTar } from "../source/tar.ts";

/** The six files: five for training, one for testing. */
export interface Cifar10Files {
  readonly train: readonly DataSource[];
  readonly test: DataSource;
}

/** How to read CIFAR-10. */
export interface Cifar10Options extends PixelOptions {
  /** Compare the archive's MD5 with the published one. Default true; of no effect for single files, which have none published. */
  readonly checksum?: boolean;
  /** Take files with another number of records than 10,000. Default false. */
  readonly partial?: boolean;
}

/** CIFAR-10 in its two parts. */
export interface Cifar10 {
  readonly train: Dataset<readonly [3, 32, 32], readonly []>;
  readonly test: Dataset<readonly [3, 32, 32], readonly []>;
  readonly classNames: readonly string[];
}

const CLASS_NAMES: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];
const TRAIN_FILES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const TEST_FILE = "test_batch.bin";
const IMAGE_BYTES = 3 * 32 * 32;
const RECORD_BYTES = 1 + IMAGE_BYTES;
const RECORDS_PER_FILE = 10_000;
/** Of cifar-10-binary.tar.gz, as its page says (https://www.cs.toronto.edu/~kriz/cifar.html). */
const ARCHIVE_MD5 = "c32a1d4ab5d03f1284b67883e8d87530";
/** The six files, and generous room for the archive's own blocks and the two texts in it. */
const MAX_ARCHIVE_BYTES = 6 * RECORDS_PER_FILE * RECORD_BYTES + 2 ** 20;

/** A file's bytes and its name in errors. */
interface NamedBytes {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads CIFAR-10: 50,000 images for training, 10,000 for testing, 32 × 32 pixels in three channels. Inputs are values from 0 to 1 (normalised if asked),
 * targets class numbers. The images stay in memory as bytes (184 MB).
 *
 * @param source - `cifar-10-binary.tar.gz` as it is published, the folder that it unpacks to (`cifar-10-batches-bin`), or its six files.
 * @throws TrainlogError `cifar/bad-size` when a file is not 10,000 records of 3,073 bytes, `data/bad-label` when a label is above 9, `cifar/missing-file`
 *   and `cifar/bad-checksum` for an archive, `data/corrupt`, `data/no-file`, `data/unknown-option`.
 *
 * @example
 * const { train, test } = await Data.cifar10Dataset("cifar-10-batches-bin", {
 *   normalise: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616] },
 * });
 */
export async function cifar10Dataset(
  source: DataSource | Cifar10Files,
  options: Cifar10Options = {},
): Promise<Cifar10> {
  checkOptionNames("cifar10Dataset", options, ["normalise", "checksum", "partial"]);
  const { train, test } = await readFiles(source, options.checksum ?? true);
  for (const file of [...train, test]) checkFile(file, options.partial ?? false);
  return { train: datasetOf(train, options), test: datasetOf([test], options), classNames: CLASS_NAMES };
}

async function readFiles(
  source: DataSource | Cifar10Files,
  checksum: boolean,
): Promise<{ readonly train: readonly NamedBytes[]; readonly test: NamedBytes }> {
  if (isFiles(source)) {
    return { train: await Promise.all(source.train.map(readNamed)), test: await readNamed(source.test) };
  }
  if (isArchive(source)) return await readArchive(source, checksum);
  const inFolder = (name: string): string | URL =>
    source instanceof URL
      ? new URL(name, source.href.replace(/\/?$/, "/"))
      : `${String(source).replace(/\/$/, "")}/${name}`;
  return {
    train: await Promise.all(TRAIN_FILES.map((name) => readNamed(inFolder(name)))),
    test: await readNamed(inFolder(TEST_FILE)),
  };
}

function isFiles(source: DataSource | Cifar10Files): source is Cifar10Files {
  return typeof source === "object" && "train" in source;
}

function isArchive(source: DataSource): boolean {
  return typeof source === "string" || source instanceof URL ? /\.(tar\.gz|tgz)$/.test(String(source)) : true;
}

async function readNamed(source: DataSource): Promise<NamedBytes> {
  return { what: nameOf(source, "a file of CIFAR-10"), bytes: await readSource(source) };
}

async function readArchive(
  source: DataSource,
  checksum: boolean,
): Promise<{ readonly train: readonly NamedBytes[]; readonly test: NamedBytes }> {
  const { what, bytes } = await readNamed(source);
  if (checksum) checkMd5(bytes, what);
  const unpacked = await inflate(bytes, "gzip", { what, maxBytes: MAX_ARCHIVE_BYTES });
  const entries = readTar(unpacked, what);
  const find = (file: string): NamedBytes => {
    const entry = entries.find(({ name }) => name === file || name.endsWith(`/${file}`));
    if (entry !== undefined) return { what: `${file} in ${what}`, bytes: entry.bytes };
    throw new TrainlogError(
      "cifar/missing-file",
      `${what} has no ${file}; it should be cifar-10-binary.tar.gz (not the Python version)`,
    );
  };
  return { train: TRAIN_FILES.map(find), test: find(TEST_FILE) };
}

function checkMd5(bytes: Uint8Array, what: string): void {
  const found = md5(bytes);
  if (found === ARCHIVE_MD5) return;
  throw new TrainlogError(
    "cifar/bad-checksum",
    `${what} (${bytes.length} bytes) has MD5 ${found}; cifar-10-binary.tar.gz has ${ARCHIVE_MD5}. Download it again, or pass checksum: false for another archive`,
  );
}

function checkFile({ what, bytes }: NamedBytes, partial: boolean): void {
  const isWhole = bytes.length > 0 && bytes.length % RECORD_BYTES === 0;
  if (!isWhole || (!partial && bytes.length !== RECORDS_PER_FILE * RECORD_BYTES)) {
    throw new TrainlogError(
      "cifar/bad-size",
      `${what} has ${bytes.length} bytes; ` +
        (partial
          ? `it should be a whole number of records of ${RECORD_BYTES} bytes`
          : `it should have ${RECORDS_PER_FILE * RECORD_BYTES}: ${RECORDS_PER_FILE} records of ${RECORD_BYTES} bytes`),
    );
  }
  checkLabels(labelsIn(bytes), CLASS_NAMES.length, what);
}

function labelsIn(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: bytes.length / RECORD_BYTES }, (_, record) => bytes[record * RECORD_BYTES] ?? 0);
}

function pixelsIn(bytes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((bytes.length / RECORD_BYTES) * IMAGE_BYTES);
  for (let record = 0; record * RECORD_BYTES < bytes.length; record += 1) {
    const start = record * RECORD_BYTES + 1;
    pixels.set(bytes.subarray(start, start + IMAGE_BYTES), record * IMAGE_BYTES);
  }
  return pixels;
}

function datasetOf(files: readonly NamedBytes[], options: PixelOptions): Dataset<readonly [3, 32, 32], readonly []> {
  return imageDataset(
    {
      pixels: joinBytes(files.map(({ bytes }) => pixelsIn(bytes))),
      shape: [3, 32, 32] as const,
      image: [3, 32, 32],
      white: 255,
      labels: joinBytes(files.map(({ bytes }) => labelsIn(bytes))),
      classNames: CLASS_NAMES,
    },
    options,
  );
}
