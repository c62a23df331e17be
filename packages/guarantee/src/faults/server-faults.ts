import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import type { EmbeddedRedis } from '@nooble/redis/embedded';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';

/** A script that keeps Redis busy for so many ms. */
const BUSY = `
  local begun = redis.call('TIME')
  repeat local now = redis.call('TIME')
  until (now[1] - begun[1]) * 1000 + (now[2] - begun[2]) / 1000 >= tonumber(ARGV[1])`;

/** Shorter outages may be over before health is next asked (ms). */
const LONG_MS = 3_000;

/** Kills the server and starts it again on the same data. */
export function restartAfter(server: EmbeddedRedis, awayMs: number): Fault {
  return {
    name: `Redis killed, away for ${awayMs / 1_000} s`,
    limitMs: USUAL_LIMIT_MS,
    turnsRed: awayMs >= LONG_MS,
    async strike() {
      await server.kill();
      await wait(awayMs);
      await server.restart();
    },
  };
}

/** Redis neither answers nor closes anything. */
export function silentFor(url: string, ms: number): Fault {
  const silence = commandFault(`Redis silent for ${ms / 1_000} s`, url, async (send) => {
    await send('CLIENT', 'PAUSE', String(ms), 'ALL');
    await wait(ms);
  });
  return { ...silence, turnsRed: ms >= LONG_MS };
}

/** What one can do to a server without ending it. */
export function serverFaults(url: string): Fault[] {
  return [
    commandFault('CLIENT KILL', url, async (send) => {
      // It may end this connection as well, after it has done its work.
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

/** The server refuses writes for a while, as one that was made a replica. */
export function readOnlyFault(url: string): Fault {
  return commandFault('read only for 0.5 s', url, async (send) => {
    // A replica of nobody: it keeps its data.
    await send('REPLICAOF', '127.0.0.1', '1');
    await wait(500);
    await send('REPLICAOF', 'NO', 'ONE');
  });
}

type Send = (command: string, ...args: string[]) => Promise<unknown>;

/** A fault that is made of commands, on a connection of its own. */
function commandFault(name: string, url: string, act: (send: Send) => Promise<unknown>): Fault {
  return {
    name,
    limitMs: USUAL_LIMIT_MS,
    async strike() {
      const pool = new RedisPool({ url, name: 'nooble-faults' });
      try {
        await act(async (command, ...args) => pool.command().call(command, ...args));
      } finally {
        await pool.close(200);
      }
    },
  };
}
