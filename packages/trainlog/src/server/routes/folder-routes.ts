/** @file The folders whose runs are served. */
import { basename } from "node:path";
import { type FolderList, folderList } from "../../api/index.ts";
import { type Route, route } from "./route.ts";

/** Folders. */
export const folderRoutes: readonly Route[] = [
  route<FolderList>({
    method: "GET",
    path: "/folders",
    summary: "The server's own folder and those that it watches",
    answer: folderList,
    handle: async ({ parts }) => {
      const folders = await parts.store().folders();
      // Where they lie on the server's disk is nobody's business.
      return { folders: folders.map(({ dir, ...folder }) => ({ name: basename(dir), ...folder })) };
    },
  }),
];
