import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type * as JavaScriptServer from 'js-redis-server/core';
import type { RedisLauncher, RunningServer, ServerSpec } from './launcher.ts';

/** The server in JavaScript, for demonstrations: in this process, in memory, and slow. */
export async function findJavaScript(): Promise<RedisLauncher | undefined> {
  try {
    await importServer();
  } catch {
    return undefined;
  }
  return {
    kind: 'javascript',
    description: 'js-redis-server, a small Redis in JavaScript: for a demonstration only',
    start: startJavaScript,
  };
}

/** Optional: a bundler that found the name in the `import` would stop where it is not installed. */
async function importServer(): Promise<typeof JavaScriptServer> {
  const name = ['js-redis-server', 'core'].join('/');
  return import(name) as Promise<typeof JavaScriptServer>;
}

/** Assembled by hand: its own `listen` takes every interface, and leaves Nagle's algorithm on. */
async function startJavaScript({ port }: ServerSpec): Promise<RunningServer> {
  const redis = await importServer();
  const compatibility = redis.resolveCompatibilityProfile('redis-7.4');
  const state = new redis.RedisServerState({ compatibility });
  const executor = redis.createRedisCommandExecutor({ compatibility });
  const { server } = new redis.Resp2Server({ server: state, executor });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    await closeServer(server, sockets);
    state.close();
  };
  return { stop, kill: stop, abandon: () => undefined };
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
