import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { standInAnswer } from './stand-in-answer.ts';

/** Time per word (ms). */
const WORD_MS = 25;

interface Events {
  /** A client closed its request before the answer was complete. */
  aborted: [];
}

/**
 * Stands in for a language model, with the streaming API of OpenAI: it composes an answer from the sources in the prompt and
 * sends it word by word.
 */
export class StandInModel {
  readonly events = new EventEmitter<Events>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on a free loopback port and returns the base URL. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) this.events.emit('aborted');
      closed.abort();
    });
    const answer = await standInAnswer(await promptIn(request), closed.signal);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const word of answer.match(/\s*\S+/g) ?? []) {
      response.write(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: word } }] })}\n\n`,
      );
      await wait(WORD_MS, undefined, { signal: closed.signal });
    }
    response.end('data: [DONE]\n\n');
  }
}

async function promptIn(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString()) as {
    messages: readonly { readonly content: string }[];
  };
  return body.messages.at(-1)?.content ?? '';
}
