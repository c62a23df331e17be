import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { RedisKind, RedisLauncher } from './launcher.ts';
import { runServer } from './server-process.ts';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** Returns a launcher for the first server on the PATH. */
export async function findOnPath(): Promise<RedisLauncher | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of PROGRAMS) {
    for (const folder of folders) {
      const program = join(folder, name);
      if (await isExecutable(program))
        return launcherOf({ kind: 'path', program, description: program });
    }
  }
  return undefined;
}

/** Returns a launcher for a redis-server binary. */
export function launcherOf({
  kind,
  program,
  description,
  env = {},
}: {
  kind: RedisKind;
  program: string;
  description: string;
  env?: NodeJS.ProcessEnv;
}): RedisLauncher {
  return {
    kind,
    description,
    async start({ port, directory, settings, configFile }) {
      const file = configFile === undefined ? [] : [configFile];
      const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
      const args = [...file, ...fixed, '--daemonize', 'no', ...settings];
      return runServer({ command: program, args, env, port, startMs: 15_000 });
    },
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
