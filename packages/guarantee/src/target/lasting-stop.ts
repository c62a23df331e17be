import type { EmbeddedRedis } from '@nooble/redis/embedded';

/** Wraps a server so that it stays stopped, even if an interrupted fault restarts it later. */
export function withLastingStop(server: EmbeddedRedis): EmbeddedRedis {
  let isStopped = false;
  let restarting = Promise.resolve();
  return {
    ...server,
    async restart() {
      if (isStopped) return;
      restarting = server.restart();
      await restarting;
    },
    async stop() {
      isStopped = true;
      await restarting.catch(() => undefined);
      await server.stop();
    },
  };
}
