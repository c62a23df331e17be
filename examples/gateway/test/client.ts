import { onTestFinished } from 'vitest';

export const KEYS = {
  acme: 'key-of-acme-0000000001',
  globex: 'key-of-globex-00000001',
  hobbyist: 'key-of-hobbyist-000001',
} as const;
type Who = keyof typeof KEYS;

export const QUESTION = { collection: 'docs', query: 'What is the secret?', top_k: 3 };

/** A server-sent event. */
export interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** An open connection with its events so far. */
export interface Reading {
  readonly response: Response;
  readonly events: Received[];
  /** The id that a browser would send if the connection broke before the first event. */
  firstId(): string;
  /** The id that a browser would send when it reconnects. */
  lastId(): string;
  /** Closes the connection, as a closed browser does. */
  leave(): void;
  /** Resolves at the end of the response, or when the client has left. */
  readonly ended: Promise<void>;
}

const json = { 'content-type': 'application/json' };
const authorized = (who: Who) => ({ authorization: `Bearer ${KEYS[who]}` });

interface Asking {
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Sends a question and returns the response, which is JSON. */
export async function ask(url: string, who: Who, { body = QUESTION, signal }: Asking = {}) {
  const headers = { ...json, ...authorized(who) };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return fetch(`${url}/query`, { ...init, signal: signal ?? null });
}

/** Sends a question and reads events. */
export async function askForEvents(url: string, who: Who, body: object = QUESTION) {
  const init = { method: 'POST', headers: json, body: JSON.stringify(body) };
  return read(`${url}/query`, who, init);
}

/** Reconnects, as a browser does. */
export async function resume(url: string, who: Who, lastId: string) {
  return resumeAt(`${url}/query/${actionIn(lastId)}/events`, who, lastId);
}

/** Requests events at any URL. */
export async function resumeAt(url: string, who: Who, lastId: string) {
  return read(url, who, { headers: { 'last-event-id': lastId } });
}

export const actionIn = (eventId: string): string => eventId.slice(0, eventId.lastIndexOf(':'));

/** Returns the code of the problem: of the status, if it was known early enough, or of the last event. */
export async function problemOf({ response, events, ended }: Reading): Promise<unknown> {
  await ended;
  const problem = response.ok ? events.at(-1)?.data : await response.json();
  return (problem as { code?: unknown } | undefined)?.code;
}

async function read(url: string, who: Who, init: RequestInit): Promise<Reading> {
  const connection = new AbortController();
  onTestFinished(() => connection.abort());
  const accept = { accept: 'text/event-stream' };
  const headers = { ...(init.headers as Record<string, string>), ...accept, ...authorized(who) };
  const response = await fetch(url, { ...init, headers, signal: connection.signal });
  const events: Received[] = [];
  let [firstId, lastId] = ['', ''];
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const ended = isStream
    ? readBlocks(response, (block) => {
        const { id, event, data } = fieldsOf(block);
        lastId = id ?? lastId;
        firstId ||= lastId;
        if (event !== undefined) events.push({ id: lastId, event, data: JSON.parse(data ?? '') });
      }).catch(() => undefined)
    : Promise.resolve();
  const leave = (): void => connection.abort();
  return { response, events, firstId: () => firstId, lastId: () => lastId, leave, ended };
}

async function readBlocks(response: Response, take: (block: string) => void): Promise<void> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = `${rest}${text}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) take(block);
  }
}

function fieldsOf(block: string): Partial<Record<string, string>> {
  const lines = block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line) ?? []);
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}
