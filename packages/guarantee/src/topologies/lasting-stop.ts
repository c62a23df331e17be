import type { EmbeddedRedis } from '@nooble/redis/embedded';

/** A server that stays stopped, although a fault that was cut off may still want to bring it back. */
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
