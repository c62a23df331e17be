import { randomUUID } from 'node:crypto';
import { outputOf, runServer, type RunningServer } from '@nooble/servers';
import { answersQuery } from './answers-query.ts';
import { SUPERUSER, type Finder, type PostgresSpec } from './launcher.ts';

const IMAGE = 'postgres:18-alpine';

/** Returns a launcher for a container, or undefined if Docker is not available. */
export const findDocker: Finder = async () => {
  const version = await outputOf('docker', ['info', '--format', '{{.ServerVersion}}'], {
    timeoutMs: 5_000,
  });
  if (version === undefined || version.trim() === '') return undefined;
  return { kind: 'docker', description: `${IMAGE} in Docker`, start: startContainer };
};

async function startContainer(spec: PostgresSpec): Promise<RunningServer> {
  const { port, directory, password, settings } = spec;
  const name = `nooble-postgres-${randomUUID().slice(0, 8)}`;
  const user = process.getuid ? ['--user', `${process.getuid() || 70}`] : [];
  const container = ['run', '--rm', '--name', name, ...user, '-v', `${directory}:/data`];
  const publish = ['-p', `127.0.0.1:${port}:5432`];
  // Without values: Docker then takes them from the environment, which other users cannot read.
  const variables = ['POSTGRES_PASSWORD', 'POSTGRES_USER', 'PGDATA'].flatMap((each) => [
    '-e',
    each,
  ]);
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const running = await runServer({
    command: 'docker',
    args: [...container, ...publish, ...variables, IMAGE, ...options],
    env: { POSTGRES_PASSWORD: password, POSTGRES_USER: SUPERUSER, PGDATA: '/data/pgdata' },
    port,
    isReady: async () => answersQuery(port, password),
    startMs: 180_000,
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
