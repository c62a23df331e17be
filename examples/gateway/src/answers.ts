import { generateAnswer, type Answered, type Question } from '@nooble-examples/contracts';
import { toProblemDetails } from '@nooble/errors';
import type { ActionInput } from '@nooble/models';
import {
  RESTART,
  type ActionClient,
  type ActionStream,
  type DomainQueueManager,
} from '@nooble/queue';
import type { Tenant } from './api-keys.ts';
import { END, formatEventId } from './event-id.ts';
import type { EventStream } from './event-stream.ts';
import type { Readers } from './readers.ts';
import { rejectsWithin } from './rejects-within.ts';

/** Time for which the status of a response waits for an error, such as a limit (ms). */
const STATUS_MS = 2_000;
/** Position before the first chunk. */
const BEGINNING = '0-0';

type AnswerStream = ActionStream<{ readonly text: string } | typeof RESTART, Answered>;

export interface AnswersOptions {
  readonly queues: DomainQueueManager;
  readonly client: ActionClient;
  readonly readers: Readers;
  readonly timeoutMs: number;
}

/** Answers to questions as server-sent events. */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #open = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Sends a question, and its answer to the client. Throws an error that is known before the first event. */
  async ask(input: ActionInput<Question>, events: EventStream): Promise<void> {
    const { client, timeoutMs } = this.#options;
    const abandoned = new AbortController();
    const options = { signal: abandoned.signal, timeoutMs, onRestart: 'restart' } as const;
    const stream = client.stream(generateAnswer, input, options);
    const { actionId } = stream.ref;
    // This replica reads on if its client has gone: leaving the stream would cancel the action, and another client may resume it.
    const stop = (): void => abandoned.abort();
    await this.#serve(
      { tenant: input, stream, events, stop },
      { location: `/query/${actionId}/events` },
    );
  }

  /** Continues an answer that any replica has begun. */
  async resume(
    { tenant, actionId, after }: { tenant: Tenant; actionId: string; after: string | undefined },
    events: EventStream,
  ): Promise<void> {
    const { queues, client } = this.#options;
    const ref = { domain: generateAnswer.domain, actionId, tenantId: tenant.tenantId };
    const place = after === undefined || after === BEGINNING ? {} : { after };
    const stream = client.follow(ref, {
      ...place,
      definition: generateAnswer,
      onRestart: 'restart',
      signal: events.gone,
    });
    await this.#serve({ tenant, stream, events, stop: async () => queues.cancel(ref) });
  }

  /** Resolves when no answer is being sent. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** Further errors are not sent to clients: they reconnect to another replica. */
  close(): void {
    this.#isClosed = true;
  }

  async #serve(
    { tenant, stream, events, stop }: Serving,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { actionId } = stream.ref;
    const leave = this.#options.readers.join({ tenantId: tenant.tenantId, actionId }, stop);
    let hasEnded = false;
    events.gone.addEventListener('abort', () => leave(!hasEnded), { once: true });
    const from = stream.position ?? BEGINNING;
    const first = stream.next();
    first.catch(() => undefined);
    try {
      await rejectsWithin(STATUS_MS, first, events.gone);
    } catch (error) {
      hasEnded = true;
      throw error;
    }
    events.open(formatEventId({ actionId, position: from }), headers);
    const relayed = this.#relay(first, stream, events).finally(() => {
      hasEnded = true;
      events.end();
    });
    this.#open.add(relayed);
    void relayed.finally(() => this.#open.delete(relayed));
  }

  /** Sends each chunk with its position, then the result or the error. Never rejects. */
  async #relay(
    first: Promise<IteratorResult<unknown, Answered>>,
    stream: AnswerStream,
    events: EventStream,
  ): Promise<void> {
    const { actionId } = stream.ref;
    const end = formatEventId({ actionId, position: END });
    try {
      let next = await first;
      for (; next.done !== true; next = await stream.next()) {
        const id = formatEventId({ actionId, position: stream.position ?? BEGINNING });
        const isRestart = next.value === RESTART;
        const event = isRestart ? 'restart' : 'chunk';
        await events.send({ id, event, data: isRestart ? {} : next.value });
      }
      await events.send({ id: end, event: 'result', data: next.value });
    } catch (error) {
      if (this.#isClosed) return;
      await events.send({ id: end, event: 'error', data: toProblemDetails(error) });
    }
  }
}

interface Serving {
  readonly tenant: Pick<Tenant, 'tenantId'>;
  readonly stream: AnswerStream;
  readonly events: EventStream;
  /** Stops the action. */
  readonly stop: () => unknown;
}
