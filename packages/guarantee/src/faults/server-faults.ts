import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import type { EmbeddedRedis } from '@nooble/redis/embedded';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';

/** Lua script that keeps Redis busy for ARGV[1] milliseconds. */
const BUSY = `
  local begun = redis.call('TIME')
  repeat local now = redis.call('TIME')
  until (now[1] - begun[1]) * 1000 + (now[2] - begun[2]) / 1000 >= tonumber(ARGV[1])`;

/** Minimum duration of an outage that the health check certainly observes (ms). */
const LONG_MS = 3_000;

/** Returns a fault that kills the server and restarts it with the same data. */
export function restartAfter(server: EmbeddedRedis, awayMs: number): Fault {
  return {
    name: `Redis killed, away for ${awayMs / 1_000} s`,
    limitMs: USUAL_LIMIT_MS,
    killsServer: true,
    turnsRed: awayMs >= LONG_MS,
    async inject() {
      await server.kill();
      await wait(awayMs);
      await server.restart();
    },
  };
}

/** Returns a fault in which Redis neither replies nor closes connections. */
export function silentFor(url: string, ms: number): Fault {
  const silence = commandFault(`Redis silent for ${ms / 1_000} s`, url, async (send) => {
    await send('CLIENT', 'PAUSE', String(ms), 'ALL');
    await wait(ms);
  });
  return { ...silence, turnsRed: ms >= LONG_MS };
}

/** Returns the faults of a server that keeps running. */
export function serverFaults(url: string): Fault[] {
  return [
    commandFault('CLIENT KILL', url, async (send) => {
      // It may also close this connection, after the command has taken effect.
      await send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => undefined);
    }),
    commandFault('SCRIPT FLUSH', url, async (send) => send('SCRIPT', 'FLUSH')),
    commandFault('a command of 400 ms', url, async (send) => send('EVAL', BUSY, '0', '400')),
    commandFault('no memory left for 1 s', url, async (send) => {
      await send('CONFIG', 'SET', 'maxmemory', '1');
      await wait(1_000);
      await send('CONFIG', 'SET', 'maxmemory', '0');
    }),
  ];
}

/** Returns a fault in which the server refuses writes because it has become a replica. */
export function readOnlyFault(url: string): Fault {
  return commandFault('read only for 0.5 s', url, async (send) => {
    // Nothing listens on port 1, so the data is kept.
    await send('REPLICAOF', '127.0.0.1', '1');
    await wait(500);
    await send('REPLICAOF', 'NO', 'ONE');
  });
}

type Send = (command: string, ...args: string[]) => Promise<unknown>;

/** Returns a fault that consists of commands, sent on a separate connection. */
function commandFault(name: string, url: string, run: (send: Send) => Promise<unknown>): Fault {
  return {
    name,
    limitMs: USUAL_LIMIT_MS,
    async inject() {
      const pool = new RedisPool({ url, name: 'nooble-faults' });
      try {
        await run(async (command, ...args) => pool.command().call(command, ...args));
      } finally {
        await pool.close(200);
      }
    },
  };
}
