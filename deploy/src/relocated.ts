import { access, chmod, readFile, rename, writeFile } from 'node:fs/promises';

/** Folder of the templates and scripts of Debian's packages, and the same relative to the working folder, of equal length. */
const FIXED = Buffer.from('/usr/share/prometheus/');
const RELATIVE = Buffer.from('usr//share/prometheus/');

/**
 * Returns the path of a copy of a program that finds the files of its package below its working folder: without root permissions
 * they cannot be where the package expects them. The copy is made once, beside the program.
 */
export async function relocated(program: string): Promise<string> {
  const target = `${program}-relocated`;
  if (await exists(target)) return target;
  const content = await readFile(program);
  for (let at = content.indexOf(FIXED); at !== -1; at = content.indexOf(FIXED, at + 1))
    RELATIVE.copy(content, at);
  // Other processes may do the same at this moment.
  const draft = `${target}-${process.pid}`;
  await writeFile(draft, content);
  await chmod(draft, 0o755);
  await rename(draft, target);
  return target;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
