import { randomUUID } from 'node:crypto';
import { outputOf, runServer, type RunningServer } from '@nooble/servers';
import { answersPing } from './answers-ping.ts';
import type { RedisLauncher, ServerSpec } from './launcher.ts';

const IMAGE = 'redis:8-alpine';

/** Returns a launcher for a container, or undefined if Docker is not available. */
export async function findDocker(): Promise<RedisLauncher | undefined> {
  const version = await outputOf('docker', ['info', '--format', '{{.ServerVersion}}'], {
    timeoutMs: 5_000,
  });
  if (version === undefined || version.trim() === '') return undefined;
  return { kind: 'docker', description: `${IMAGE} in Docker`, start: startContainer };
}

async function startContainer({ port, directory, settings }: ServerSpec): Promise<RunningServer> {
  const name = `nooble-redis-${randomUUID().slice(0, 8)}`;
  const user = process.getuid ? ['--user', `${process.getuid()}`] : [];
  const container = ['run', '--rm', '--name', name, ...user, '-v', `${directory}:/data`];
  const publish = ['-p', `127.0.0.1:${port}:6379`];
  const args = [...container, ...publish, IMAGE, 'redis-server', '--dir', '/data', ...settings];
  const running = await runServer({
    command: 'docker',
    args,
    port,
    isReady: answersPing,
    startMs: 120_000,
  });
  return {
    ...running,
    async kill() {
      // Killing only the docker client would leave the container running.
      await outputOf('docker', ['kill', name]);
      await running.kill();
    },
  };
}
