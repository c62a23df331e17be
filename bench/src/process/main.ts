// A producer, worker or caller of one system; runs the commands of the bench.
import type { Message, Request, CommandName, Commands } from '../commands.ts';
import { loadConversation, type ConversationName } from '../systems/conversation.ts';
import type { SystemName } from '../systems/system.ts';
import { loadSystem } from '../systems/systems.ts';
import { Cancelling } from './cancel.ts';
import { listen } from './listen.ts';
import { request } from './request.ts';
import { pending, send } from './send.ts';
import { startHolding, startSpeaking, startWork, type Working } from './work.ts';

const [, , name] = process.argv;
const system = async () => loadSystem(name as SystemName);
const conversation = async () => loadConversation(name as ConversationName);
const onProgress = (done: number): void => post({ kind: 'progress', done });
let working: Working | undefined;
let cancelling: Cancelling | undefined;

const commands: {
  [V in CommandName]: (input: Commands[V]['input']) => Promise<Commands[V]['answer']>;
} = {
  send: async (input) => send(await system(), input),
  pending: async ({ place }) => pending(await system(), place),
  request: async (input) => request(await system(), input),
  async work(input) {
    working = await startWork(await system(), input, onProgress);
    return null;
  },
  async speak({ place }) {
    working = await startSpeaking(await conversation(), place);
    return null;
  },
  listen: async (input) => listen(await conversation(), input),
  async hold({ place }) {
    working = await startHolding(await conversation(), place, onProgress);
    return null;
  },
  async openCanceller({ place }) {
    cancelling = await Cancelling.open(await conversation(), place);
    return null;
  },
  sendHeld: async ({ n }) => opened(cancelling).send(n),
  cancelHeld: async ({ n }) => opened(cancelling).cancel(n),
  closeCanceller: async () => opened(cancelling).close(),
  async finish() {
    return opened(working).finish();
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

function opened<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('It was not started before');
  return part;
}

function post(message: Message): void {
  if (process.connected) process.send?.(message);
}
