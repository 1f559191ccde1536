// Joins a folder and a name without normalising the path: after a symbolic link, only the kernel can resolve `..`.
import { dirname, sep } from "node:path";

/** The path of `name` in the folder. */
export function within(folder: string, name: string): string {
  return `${folder}${sep}${name}`;
}

/** The path of `name` in the folder that contains `path`. */
export function beside(path: string, name: string): string {
  return within(dirname(path), name);
}
