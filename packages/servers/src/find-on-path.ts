import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Returns the path of the first program found: in the order of the names, each in the folders of the PATH and then in
 * `folders`. Returns undefined without one.
 */
export async function findOnPath(
  names: readonly string[],
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const listed = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of [...listed, ...folders]) {
      const program = join(folder, name);
      if (await isExecutable(program)) return program;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
