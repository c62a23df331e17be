// A producer, worker or caller of one system; runs the commands of the bench.
import type { Message, Request, Verb, Verbs } from '../orders.ts';
import type { SystemName } from '../systems/system.ts';
import { loadSystem } from '../systems/systems.ts';
import { request } from './requesting.ts';
import { pending, send } from './sending.ts';
import { startWork, type Working } from './working.ts';

const system = await loadSystem(process.argv[2] as SystemName);
let working: Working | undefined;

const verbs: { [V in Verb]: (orders: Verbs[V]['orders']) => Promise<Verbs[V]['answer']> } = {
  send: async (orders) => send(system, orders),
  pending: async ({ place }) => pending(system, place),
  request: async (orders) => request(system, orders),
  async work(orders) {
    working = await startWork(system, orders, (done) => post({ kind: 'progress', done }));
    return null;
  },
  async finish() {
    if (!working) throw new Error('There is no worker to stop');
    return working.finish();
  },
};

process.on('message', (message: Request) => void obey(message));
process.on('disconnect', () => process.exit());
// The bench handles Ctrl-C and ends its actors in order.
process.on('SIGINT', () => undefined);
post({ kind: 'answer', id: 0, answer: null });

async function obey({ id, verb, orders }: Request): Promise<void> {
  try {
    const run = verbs[verb] as (orders: unknown) => Promise<unknown>;
    globalThis.gc?.();
    post({ kind: 'answer', id, answer: await run(orders) });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({ kind: 'failed', id, message });
  }
}

function post(message: Message): void {
  if (process.connected) process.send?.(message);
}
