// A producer, worker or caller of one system; runs the commands of the bench.
import type { Message, Request, CommandName, Commands } from '../commands.ts';
import type { SystemName } from '../systems/system.ts';
import { loadSystem } from '../systems/systems.ts';
import { request } from './request.ts';
import { pending, send } from './send.ts';
import { startWork, type Working } from './work.ts';

const system = await loadSystem(process.argv[2] as SystemName);
let working: Working | undefined;

const commands: {
  [V in CommandName]: (input: Commands[V]['input']) => Promise<Commands[V]['answer']>;
} = {
  send: async (input) => send(system, input),
  pending: async ({ place }) => pending(system, place),
  request: async (input) => request(system, input),
  async work(input) {
    working = await startWork(system, input, (done) => post({ kind: 'progress', done }));
    return null;
  },
  async finish() {
    if (!working) throw new Error('There is no worker to stop');
    return working.finish();
  },
};

process.on('message', (message: Request) => void execute(message));
process.on('disconnect', () => process.exit());
// The bench handles Ctrl-C and ends its processes in order.
process.on('SIGINT', () => undefined);
post({ kind: 'answer', id: 0, answer: null });

async function execute({ id, command, input }: Request): Promise<void> {
  try {
    const run = commands[command] as (input: unknown) => Promise<unknown>;
    globalThis.gc?.();
    post({ kind: 'answer', id, answer: await run(input) });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({ kind: 'failed', id, message });
  }
}

function post(message: Message): void {
  if (process.connected) process.send?.(message);
}
