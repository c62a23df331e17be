import { connect } from 'node:net';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { playDemo } from '../src/demo.ts';
import { Screen } from '../src/screen.ts';
import { begin, folderWith } from './play.ts';

const patient = { timeout: 20_000 };
const documents = async (): Promise<string> => folderWith({ 'a.md': '# A\n\nA text.\n' });

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

it('handles an interruption before it has a Redis', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const interrupt = new AbortController();
  const options = { docs: await documents(), ask: 'What?', full: false, help: false };
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
  const playing = playDemo(options, new Screen(out), interrupt.signal);
  interrupt.abort(new Error('Interrupted'));
  await expect(playing).rejects.toThrow('Interrupted');
  expect(lines.join('')).not.toContain('Services');
});

it.each([1, 2])('leaves no Redis behind when it is interrupted %i times', async (times) => {
  const { child, output, ended } = begin(['--docs', await documents()], { REDIS_URL: '' });
  await expect.poll(output, patient).toContain('Services');
  const port = Number(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1]);
  expect(await listens(port)).toBe(true);
  child.kill('SIGINT');
  await expect.poll(output, patient).toContain('interrupt again');
  if (times === 2) child.kill('SIGINT');
  expect(await ended).toBe(130);
  await expect.poll(async () => listens(port), patient).toBe(false);
});

it('can be interrupted while an answer is being taken over', async () => {
  const { child, output, ended } = begin(['--docs', await documents()], { REDIS_URL: '' });
  await expect.poll(output, { timeout: 60_000 }).toContain('was killed');
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(output()).toContain('The demo stopped: Interrupted');
}, 90_000);

it('leaves no service behind when it is killed', async () => {
  const own = await startEmbeddedRedis();
  onTestFinished(async () => own.stop());
  const redis = new RedisPool({ url: own.url, name: 'looking on' });
  onTestFinished(async () => redis.close());
  const clients = async (): Promise<string[]> => {
    const list = String(await redis.command().client('LIST'));
    const names = [...list.matchAll(/ name=(\S*)/g)].map(([, name = '']) => name);
    return names.filter((name) => /^(embedding|query)/.test(name));
  };
  const { child, output } = begin(['--docs', await documents()], { REDIS_URL: own.url });
  await expect.poll(output, patient).toContain('Services');
  expect(await clients()).not.toEqual([]);
  child.kill('SIGKILL');
  await expect.poll(clients, patient).toEqual([]);
});
