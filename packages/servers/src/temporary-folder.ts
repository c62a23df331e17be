import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the files of a server. */
export interface TemporaryFolder {
  readonly path: string;
  /** Removes it with its files. Idempotent. */
  remove(this: void): Promise<void>;
}

/** Another process, which has just been killed, may still write into it. */
const FORCE = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 } as const;

const folders = new Set<string>();

/** Creates a folder that only this user can read, in the temporary folder. It is removed when this process exits, at the latest. */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  if (folders.size === 0) process.on('exit', removeAll);
  folders.add(path);
  return {
    path,
    async remove() {
      await rm(path, FORCE);
      if (folders.delete(path) && folders.size === 0) process.off('exit', removeAll);
    },
  };
}

function removeAll(): void {
  for (const path of folders) rmSync(path, FORCE);
}
