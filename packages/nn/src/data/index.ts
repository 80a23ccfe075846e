/** @file `Data`: data sets, batches, and the files that they come from. */
export { type AffineOptions, randomAffine } from "./augment/affine.ts";
export { type AugmentOptions, augment } from "./augment/augment.ts";
export { type ColourJitterOptions, colourJitter, normalise } from "./augment/colour.ts";
export {
  type CropOptions,
  type CutoutOptions,
  cutout,
  type FlipOptions,
  randomCrop,
  randomFlip,
} from "./augment/crop-and-flip.ts";
export type { ImageArray, ImageTransform } from "./augment/image-array.ts";
export { type BatchLoaderOptions, batchLoader } from "./batch-loader.ts";
export { type Digits, type DigitsOptions, digits } from "./bundled/digits.ts";
export { type Iris, type IrisOptions, iris } from "./bundled/iris.ts";
export { type Cifar10, type Cifar10Files, type Cifar10Options, cifar10Dataset } from "./cifar/cifar10.ts";
export { classWeights } from "./class-weights.ts";
export { type CsvOptions, csvRows } from "./csv/csv-table.ts";
export { type TabularCsvOptions, tabularCsvDataset } from "./csv/tabular-csv.ts";
export type { Batch, BatchArray, BatchLoader, Dataset, LoaderPosition } from "./dataset.ts";
export {
  concat,
  labelsOf,
  type Split,
  type SplitOptions,
  split,
  subset,
  take,
} from "./dataset-views.ts";
export { type IdxOptions, readIdx } from "./idx/idx.ts";
export { type IdxDatasetOptions, idxDataset } from "./idx/idx-dataset.ts";
export type { ChannelStatistics, ImageShape, PixelOptions } from "./image-dataset.ts";
export { channelStatistics } from "./image-statistics.ts";
export { type DecodeOptions, readImage } from "./images/decode-image.ts";
export {
  type Fit,
  type ImageFolderOptions,
  imageFilesDataset,
  imageFolderDataset,
  type LabelledFile,
} from "./images/image-folder.ts";
export type { Raster } from "./images/raster.ts";
export { type Example, type MapOptions, map } from "./map-examples.ts";
export { decodeNpy, encodeNpy, type NpyOptions, readNpy, writeNpy } from "./npy/npy.ts";
export { decodeNpz, encodeNpz, type NpzOptions, readNpz, writeNpz } from "./npy/npz.ts";
export { type AllExamples, readAll } from "./read-all.ts";
export { jsonlRows, tabularJsonlDataset } from "./rows/jsonl.ts";
export { type ParquetOptions, parquetRows, tabularParquetDataset } from "./rows/parquet.ts";
export type { MatchedShape, ShapePattern } from "./shape-pattern.ts";
export type { DataSource } from "./source/source.ts";
export { type AddingProblemOptions, addingProblem, type CopyTaskOptions, copyTask } from "./synthetic/memory-tasks.ts";
export { type PointsOptions, type SpiralsOptions, spirals, twoMoons } from "./synthetic/points.ts";
export { regression2to1Grid, regression2to1Target } from "./synthetic/regression-grid.ts";
export { type SineOptions, type SineWavesOptions, sine, sineWaves } from "./synthetic/sine.ts";
export { type TalesOptions, tales } from "./synthetic/tales.ts";
export type { Column, ColumnDetails, ColumnKind, Columns, MissingPolicy } from "./table/columns.ts";
export { decodeTargets, encodeRows } from "./table/encode-rows.ts";
export type { ColumnEncoding, TableEncoding } from "./table/encoding.ts";
export type { TabularData, TabularOptions, Target, TargetShape } from "./table/tabular-dataset.ts";
export { type ExampleShape, type Examples, type TensorDatasetOptions, tensorDataset } from "./tensor-dataset.ts";
export type { BytePairTokeniser } from "./text/byte-pair-tokeniser.ts";
export { type CharTokeniserOptions, charTokeniser } from "./text/char-tokeniser.ts";
export { type FileWindows, type FileWindowsOptions, fileWindows } from "./text/file-windows.ts";
export { loadTokeniser } from "./text/load-tokeniser.ts";
export { type TextWindowsOptions, textWindows } from "./text/text-windows.ts";
export type { Tokeniser, TokeniserData } from "./text/tokeniser.ts";
export { type BytePairOptions, bytePairTokeniser } from "./text/train-byte-pairs.ts";
