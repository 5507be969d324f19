import { refuse } from "../../../contract/errors.ts";

/** Where an archive's files come from: a folder or a zip. */
export type Store = {
  /** Paths of its files below its root, with `/`. */
  readonly paths: ReadonlySet<string>;
  /** The bytes of one of `paths`; @throws a refusal that names the file. */
  bytes(path: string): Promise<Buffer>;
  close(): Promise<void>;
};

/** Bytes of one file: a day of the busiest channel has some millions; parsing needs several times as much memory. */
const FILE_BYTES = 64 * 1024 * 1024;
/** Files of an archive, whose names are held in memory: a thousand channels over a year and more. */
const FILES = 500_000;

/** What is wrong with an archive, as one sentence that names the file. */
export const malformed = (file: string, fault: string) => refuse("validation", `${file}: ${fault}`);

/** @throws a refusal when a file is larger than an archive's file may be. */
export function checkSize(file: string, bytes: number): void {
  if (bytes > FILE_BYTES) throw malformed(file, `has ${bytes} bytes, and at most ${FILE_BYTES} are read`);
}

/** @throws a refusal when an archive holds more files than are kept track of. */
export function checkCount(archive: string, files: number): void {
  if (files > FILES) throw malformed(archive, `has more than ${FILES} files; split it by channels`);
}
