import { DataFormatError } from '@nooble/errors';
import { expect, it } from 'vitest';
import { openQueue } from './fixture.ts';

it('refuses records of a format that it does not read, and changes nothing', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await queue.stored.client.hset(queue.stored.key('state'), 'format', '2');
  const before = await queue.stored.dump();
  const refused = {
    code: 'DATA_FORMAT',
    message: expect.stringMatching(/: format 2 of the stored records .* reads format 1/) as string,
  };
  await expect(queue.enqueue()).rejects.toMatchObject(refused);
  await expect(queue.brokerOf().claim({ slots: 1 })).rejects.toBeInstanceOf(DataFormatError);
  await expect(queue.queues.stats('embedding')).rejects.toMatchObject(refused);
  expect(await queue.stored.dump()).toEqual(before);
});

it('writes the format with the first action of a domain', async () => {
  const queue = openQueue();
  await queue.enqueue();
  expect(await queue.stored.hash('state')).toMatchObject({ format: '1' });
});

it('warns each of two workers once that their settings differ, and names them', async () => {
  const queue = openQueue();
  const warnings: string[] = [];
  const brokerOf = (name: string, leaseMs: number) =>
    queue.brokerOf({ leaseMs, onWarning: (text) => warnings.push(`${name}: ${text}`) });
  await brokerOf('a', 30_000).claim({ slots: 0 });
  const b = brokerOf('b', 10_000);
  await b.claim({ slots: 0 });
  await b.claim({ slots: 0 });
  await brokerOf('c', 10_000).claim({ slots: 0 });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^b: .*"embedding".* this one has leaseMs 10000, another one has leaseMs 30000\./,
    ),
  ]);
});
