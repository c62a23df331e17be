import { RedisUnavailableError, ValidationError } from '@nooble/errors';
import { expect, it } from 'vitest';
import { asRedisUnavailable, isUnavailable } from './unavailable.ts';

it.each([
  [
    'a refused connection',
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  ],
  ['a closed connection', new Error('Connection is closed.')],
  ['a server that loads', new Error('LOADING Redis is loading the dataset in memory')],
  ['a full server', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  [
    'a Cluster whose nodes disagree',
    new Error('Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:7000'),
  ],
  ['a half answered pipeline', new Error('Command aborted due to connection close')],
  ['a name server that fails', Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' })],
  [
    'a primary that became a replica',
    new Error('UNBLOCKED force unblock from blocking operation, instance state changed'),
  ],
  ['a replica', new Error("READONLY You can't write against a read only replica.")],
])('calls %s unavailable, saying what was attempted', (_what, error) => {
  const named = asRedisUnavailable(error, 'enqueue 3 actions');
  expect(named).toBeInstanceOf(RedisUnavailableError);
  expect(named.message).toContain('Cannot enqueue 3 actions');
  expect(named.cause).toBe(error);
});

it('leaves other errors as they are', () => {
  const wrongType = new Error('WRONGTYPE Operation against a key');
  const ours = new ValidationError({ what: 'x', issues: [] });
  expect(asRedisUnavailable(wrongType, 'x')).toBe(wrongType);
  expect(asRedisUnavailable(ours, 'x')).toBe(ours);
  expect(asRedisUnavailable('text', 'x').message).toBe('text');
});

it('recognizes its own errors', () => {
  expect(isUnavailable(new RedisUnavailableError({ attempted: 'x' }))).toBe(true);
  expect(isUnavailable(new ValidationError({ what: 'x', issues: [] }))).toBe(false);
});
