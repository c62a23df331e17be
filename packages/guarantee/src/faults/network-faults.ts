import { setTimeout as wait } from 'node:timers/promises';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';
import type { Proxy } from './proxy.ts';

/** A client pings a connection after 6 s of silence and drops it after 14 s, which delays the recovery (ms). */
const SILENCE_MS = 15_000;

/** Name of the fault in which calls take effect and their replies are lost. */
export const SWALLOWED = 'replies swallowed, then cut';

/** Returns a fault in which the peer accepts every connection and never replies, also to clients that reconnect. */
export function silentPeer(proxy: Proxy, ms: number): Fault {
  return {
    name: `connections accepted and not answered for ${ms / 1_000} s`,
    turnsRed: true,
    limitMs: USUAL_LIMIT_MS + SILENCE_MS,
    async inject() {
      proxy.goSilent();
      await wait(ms);
      proxy.forwardAgain();
    },
  };
}

/** Returns the faults of connections through a proxy. */
export function networkFaults(proxy: Proxy): Fault[] {
  return [
    {
      name: 'half-open connections',
      turnsRed: true,
      limitMs: USUAL_LIMIT_MS + SILENCE_MS,
      inject: async () => proxy.goHalfOpen(),
    },
    {
      name: SWALLOWED,
      limitMs: USUAL_LIMIT_MS,
      async inject() {
        proxy.swallowReplies();
        await wait(100);
        proxy.cut();
      },
    },
  ];
}
