import { machineMs } from '../machine-clock.ts';
import type { OnJob, Place } from './system.ts';

export type ConversationName = 'nooble' | 'bullmq' | 'bullmq-relay' | 'redis';

/** One chunk of a stream. */
export interface Chunk {
  /** Its number in the stream, counted from 0. */
  readonly n: number;
  /** Time at which it was emitted, by the monotonic clock of the machine (ms). */
  readonly atMs: number;
  readonly text: string;
}

/** A stream to request. */
export interface StreamShape {
  readonly chunks: number;
  /** Time that the handler waits before the first chunk (ms). */
  readonly afterMs: number;
}

/** Chunks that a handler emits in one turn of the event loop before it awaits them. */
export const BURST = 100;

const TEXT = 'token '.repeat(4);

/** Emits the chunks of a stream in bursts, which travel together in a system that allows it. */
export async function emitAll(
  { chunks, afterMs }: StreamShape,
  emit: (chunk: Chunk) => Promise<unknown>,
): Promise<void> {
  if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
  for (let first = 0; first < chunks; first += BURST) {
    const count = Math.min(BURST, chunks - first);
    await Promise.all(
      Array.from({ length: count }, async (_, index) =>
        emit({ n: first + index, atMs: machineMs(), text: TEXT }),
      ),
    );
  }
}

export interface Stoppable {
  stop(): Promise<void>;
}

/** Requests streams and reads them in another process than the handlers. */
export interface Listener extends Stoppable {
  /** Calls `onChunk` with each chunk, and resolves when the stream has ended. */
  read(shape: StreamShape, onChunk: (chunk: Chunk) => void): Promise<void>;
}

/** Sends jobs that run until they are cancelled. */
export interface Canceller extends Stoppable {
  /** Resolves when the job was accepted. */
  send(n: number): Promise<void>;
  cancel(n: number): Promise<void>;
}

/** The parts of a conversation, as a system offers them or as its users build them. */
export interface Conversation {
  /** Starts a worker whose handlers emit streams. */
  startSpeaker?(place: Place): Promise<Stoppable>;
  openListener?(place: Place): Promise<Listener>;
  /** Starts a worker whose jobs run until their signal aborts. `onJob` is called with the number of each, before and after. */
  startHolder?(place: Place, onJob: OnJob): Promise<Stoppable>;
  openCanceller?(place: Place): Promise<Canceller>;
}

/** Handles a job that runs until its signal aborts. */
export async function holdJob(n: number, signal: AbortSignal, onJob: OnJob): Promise<void> {
  onJob(n);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  onJob(n);
}

/** Number of jobs that run at once. */
export const CONCURRENCY = 50;

const LOADERS: Readonly<Record<ConversationName, () => Promise<Conversation>>> = {
  nooble: async () => (await import('./nooble-conversation.ts')).conversation,
  bullmq: async () => (await import('./bullmq-conversation.ts')).conversation,
  'bullmq-relay': async () => (await import('./bullmq-relay.ts')).conversation,
  redis: async () => (await import('./redis-conversation.ts')).conversation,
};

/** Loads a single system, so that no other is in the process. */
export async function loadConversation(name: ConversationName): Promise<Conversation> {
  return LOADERS[name]();
}
