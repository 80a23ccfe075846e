/** @file The folders whose runs a server shows. */
import { z } from "zod";
import { count } from "./wire.ts";

/** One folder of runs. */
export interface FolderInfo {
  /** Name of the folder, without the path to it. */
  readonly name: string;
  /** As in `RunInfo.folder`; absent for the server's own folder. */
  readonly folder?: string;
  /** Whether it is there now; the runs of one that appears later appear with it. */
  readonly present: boolean;
  readonly runCount: number;
  /** Its runs whose id another folder has too: shown under `runId`, made as `name`. */
  readonly renamed: readonly { readonly runId: string; readonly name: string }[];
}

/** {@link FolderInfo}. */
export const folderInfo: z.ZodType<FolderInfo> = z.object({
  name: z.string(),
  folder: z.string().exactOptional(),
  present: z.boolean(),
  runCount: count,
  renamed: z.array(z.object({ runId: z.string(), name: z.string() })),
});

/** Answer of `GET /folders`. */
export interface FolderList {
  readonly folders: readonly FolderInfo[];
}

/** {@link FolderList}. */
export const folderList: z.ZodType<FolderList> = z.object({ folders: z.array(folderInfo) });
