import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type * as JavaScriptServer from 'js-redis-server/core';
import type { RunningServer } from '@nooble/servers';
import type { RedisLauncher, ServerSpec } from './launcher.ts';

/** Returns a launcher for a slow in-memory server in this process, for demonstrations; undefined if not installed. */
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

/** Builds the module name at run time: a bundler would fail on a literal name if the package is not installed. */
async function importServer(): Promise<typeof JavaScriptServer> {
  const name = ['js-redis-server', 'core'].join('/');
  return import(name) as Promise<typeof JavaScriptServer>;
}

/** Creates the sockets itself: the server's own `listen` binds all interfaces and does not set TCP_NODELAY. */
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
