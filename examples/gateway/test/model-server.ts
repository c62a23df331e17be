import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A language model whose words the test dictates. */
export interface ModelServer {
  readonly url: string;
  /** Number of requests that are being answered. */
  open(): number;
  /** Number of requests so far. */
  requests(): number;
  /** Writes a text to every open request. */
  say(text: string): void;
  /** Ends every open request. */
  finish(): void;
}

/** Starts a model with OpenAI's streaming API; it ends with the test. */
export async function startModel(status = 200): Promise<ModelServer> {
  const open = new Set<ServerResponse>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    if (status !== 200) return void response.writeHead(status).end('{"error":{"message":"no"}}');
    open.add(response);
    response.once('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const each = (write: (response: ServerResponse) => void): void => open.forEach(write);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    open: () => open.size,
    requests: () => requests,
    say: (content) =>
      each((response) => {
        const choices = [{ index: 0, delta: { content } }];
        response.write(`data: ${JSON.stringify({ choices })}\n\n`);
      }),
    finish: () => each((response) => void response.end('data: [DONE]\n\n')),
  };
}
