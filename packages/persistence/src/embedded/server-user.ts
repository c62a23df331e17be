import { readFile } from 'node:fs/promises';
import type { ProgramUser } from '@nooble/servers';

/** Users without rights that most systems have, in order of preference. */
const NAMES = ['postgres', 'nobody'];

/**
 * Returns the user that runs the server: PostgreSQL refuses to run as root, so root starts it as another user. Returns undefined
 * for the user of this process. Throws an Error if root has no other user.
 */
export async function serverUser(): Promise<ProgramUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = usersIn(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const user = NAMES.map((name) => users.get(name)).find((each) => each !== undefined);
  if (user) return user;
  throw new Error(
    `Cannot start PostgreSQL: it refuses to run as root, and this system has no user named ${NAMES.join(' or ')}`,
  );
}

function usersIn(passwd: string): Map<string, ProgramUser> {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  return new Map(
    lines.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
}
