import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Delay after which a browser reconnects (ms). */
const RETRY_MS = 1_000;
/** Time without an event after which a comment is sent, because proxies close silent connections (ms). */
const SILENCE_MS = 15_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Otherwise nginx collects events.
  'x-accel-buffering': 'no',
} as const;

/** A server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A response of server-sent events. Nothing is written once its client has gone. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  #silence: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => {
      clearInterval(this.#silence);
      this.#gone.abort(new Error('The client has gone'));
    });
    response.on('error', () => undefined);
  }

  /** Aborts when the connection is closed, also at the end of the response. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends the headers, and the id after which a client that reconnects continues. */
  open(id: string, headers: Readonly<Record<string, string>> = {}): void {
    if (this.gone.aborted) return;
    this.#response.writeHead(200, { ...HEADERS, ...headers });
    this.#response.write(`retry: ${RETRY_MS}\nid: ${id}\n\n`);
    this.#silence = setInterval(() => this.#response.write(': silence\n\n'), SILENCE_MS);
  }

  /** Resolves when the client can take further events, or has gone. */
  async send({ id, event, data }: ServerEvent): Promise<void> {
    if (this.gone.aborted) return;
    this.#silence?.refresh();
    // JSON contains no line break, so the data is one line.
    const text = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    if (this.#response.write(text)) return;
    await once(this.#response, 'drain', { signal: this.gone }).catch(() => undefined);
  }

  end(): void {
    this.#response.end();
  }
}
