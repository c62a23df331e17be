import { findOnPath, runServer } from '@nooble/servers';
import { answersPing } from './answers-ping.ts';
import type { RedisKind, RedisLauncher } from './launcher.ts';

/** Returns a launcher for the first server on the PATH. */
export async function findRedisOnPath(): Promise<RedisLauncher | undefined> {
  const program = await findOnPath(['redis-server', 'valkey-server']);
  return program === undefined
    ? undefined
    : launcherOf({ kind: 'path', program, description: program });
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
      const isReady = answersPing;
      return runServer({ command: program, args, env, port, isReady, startMs: 15_000 });
    },
  };
}
