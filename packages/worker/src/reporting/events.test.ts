import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { publisherOf, type WorkerEventMap, type WorkerEvents } from './events.ts';

it('an error nobody listens to is not thrown', () => {
  const publish = publisherOf(new EventEmitter<WorkerEventMap>());
  expect(() => publish('error', { attempted: 'x', error: new Error('x') })).not.toThrow();
});

it('a listener that throws is reported as an error and disturbs nobody', () => {
  const events = new EventEmitter<WorkerEventMap>();
  const reported: string[] = [];
  events.on('stopped', () => {
    throw new Error('broken listener');
  });
  events.on('error', ({ attempted }) => {
    reported.push(attempted);
    throw new Error('broken as well');
  });
  publisherOf(events)('stopped', { released: 0 });
  expect(reported).toEqual(['tell a listener about "stopped"']);
});

it('a listener waits for one event past all errors', async () => {
  const events: WorkerEvents = new EventEmitter<WorkerEventMap>();
  const publish = publisherOf(events);
  const stopped = new Promise((resolve) => events.once('stopped', resolve));
  publish('error', { attempted: 'claim actions', error: new Error('Redis is away') });
  publish('stopped', { released: 1 });
  expect(await stopped).toEqual({ released: 1 });
});
