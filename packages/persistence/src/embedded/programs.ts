import { access, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf, runServer, type ProgramUser, type RunningServer } from '@nooble/servers';
import { answersQuery } from './answers-query.ts';
import {
  SUPERUSER,
  type PostgresKind,
  type PostgresLauncher,
  type PostgresSpec,
} from './launcher.ts';
import { serverUser } from './server-user.ts';

/** The folder with `postgres` and `initdb`. */
export interface PostgresPrograms {
  readonly kind: PostgresKind;
  readonly folder: string;
  readonly description: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Returns a launcher for these programs, or undefined if they do not start on this machine. */
export async function launcherOf(
  programs: PostgresPrograms,
): Promise<PostgresLauncher | undefined> {
  const { kind, folder, description, env = {} } = programs;
  const user = await serverUser();
  for (const name of ['postgres', 'initdb']) {
    // Resolve all symbols now: a library of another release may lack one that is needed later.
    const options = { timeoutMs: 10_000, env: { ...env, LD_BIND_NOW: '1' }, user, cwd: '/' };
    const version = await outputOf(join(folder, name), ['--version'], options);
    if (!/PostgreSQL/.test(version ?? '')) return undefined;
  }
  return {
    kind,
    description,
    user,
    start: async (spec) => startServer(spec, { folder, env, user }),
  };
}

interface Runner {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly user: ProgramUser | undefined;
}

async function startServer(spec: PostgresSpec, runner: Runner): Promise<RunningServer> {
  const { folder, env, user } = runner;
  const { port, directory, password, settings } = spec;
  if (!(await exists(join(directory, 'PG_VERSION')))) await initialize(spec, runner);
  const given = Object.entries({ unix_socket_directories: '', ...settings });
  const options = given.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return runServer({
    command: join(folder, 'postgres'),
    args: ['-D', directory, '-h', '127.0.0.1', '-p', String(port), ...options],
    env,
    user,
    port,
    isReady: async () => answersQuery(port, password),
    startMs: 30_000,
    // A fast shutdown, which does not wait for clients.
    stopSignal: 'SIGINT',
  });
}

/** The password is passed in a file, because every user of the machine can read arguments. */
async function initialize(
  { directory, password }: PostgresSpec,
  { folder, env, user }: Runner,
): Promise<void> {
  const secrets = await mkdtemp(join(tmpdir(), 'nooble-postgres-'));
  const file = join(secrets, 'password');
  try {
    await writeFile(file, password, { mode: 0o600 });
    if (user) for (const path of [secrets, file]) await chown(path, user.uid, user.gid);
    const access = ['--auth=scram-sha-256', `--username=${SUPERUSER}`, `--pwfile=${file}`];
    const content = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    const args = ['-D', directory, ...access, ...content];
    const options = { env, user, cwd: '/', timeoutMs: 120_000 };
    if ((await outputOf(join(folder, 'initdb'), args, options)) === undefined)
      throw new Error(`Cannot start PostgreSQL: "${join(folder, 'initdb')}" failed`);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
