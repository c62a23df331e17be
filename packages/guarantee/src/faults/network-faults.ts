import { setTimeout as wait } from 'node:timers/promises';
import type { Proxy } from '../proxy.ts';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';

/** A client pings a connection that is silent for 6 s and drops it after 14 s: recovery may take that much longer. */
const SILENCE_MS = 15_000;

/** Calls take effect and are never answered. */
export const SWALLOWED = 'replies swallowed, then cut';

/** The peer accepts every connection and never answers; whoever connects again meanwhile has to notice once more. */
export function silentPeer(proxy: Proxy, ms: number): Fault {
  return {
    name: `connections accepted and not answered for ${ms / 1_000} s`,
    turnsRed: true,
    limitMs: USUAL_LIMIT_MS + SILENCE_MS,
    async strike() {
      proxy.goSilent();
      await wait(ms);
      proxy.speakAgain();
    },
  };
}

/** What can happen on the way to a server. */
export function networkFaults(proxy: Proxy): Fault[] {
  return [
    {
      name: 'half-open connections',
      turnsRed: true,
      limitMs: USUAL_LIMIT_MS + SILENCE_MS,
      strike: async () => proxy.goHalfOpen(),
    },
    {
      name: SWALLOWED,
      limitMs: USUAL_LIMIT_MS,
      async strike() {
        proxy.swallowReplies();
        await wait(100);
        proxy.cut();
      },
    },
  ];
}
