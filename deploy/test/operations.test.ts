import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it } from 'vitest';
import { exposedSeries } from './expression-names.ts';
import { allRules, deploy } from './deployed.ts';

const root = join(deploy, '..');
const folder = join(root, 'docs/operations');
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({
    name,
    path: join(folder, name),
    text: readFileSync(join(folder, name), 'utf8'),
  }));
const runbooks = pages.filter(({ name }) => name.startsWith('runbooks/'));

it('links of the pages for operators lead to files', () => {
  const missing = pages.flatMap(({ name, path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !existsSync(join(dirname(path), link)))
      .map((link) => `${name}: ${link}`),
  );
  expect(missing).toEqual([]);
});

it('functions of a manager in runbooks exist', async () => {
  const queues = new DomainQueueManager({ redis: inject('redisUrl') });
  const used = runbooks.flatMap(({ text }) => text.match(/(?<=queues\.)\w+(?=\()/g) ?? []);
  const missing = used.filter((name) => typeof Reflect.get(queues, name) !== 'function');
  await queues.close();
  expect(used.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});

it('keys in runbooks are keys of a domain', () => {
  const keys = readFileSync(join(root, 'docs/redis-keys.md'), 'utf8');
  const used = runbooks.flatMap(({ text }) => text.match(/(?<=nooble:\{embedding\}:)\w+/g) ?? []);
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((suffix) => !keys.includes(`\n| \`${suffix}\` |`))).toEqual([]);
});

it('metrics in the pages are exposed or recorded', () => {
  const known = new Set([...exposedSeries(), ...allRules().flatMap(({ record }) => record ?? [])]);
  const used = pages.flatMap(
    ({ text }) => text.match(/[\w:]*(?:nooble|messaging|nodejs)_[\w:]+/g) ?? [],
  );
  const unknown = used.filter((name) => !known.has(name) && !isLabel(name));
  expect(unknown).toEqual([]);
});

/** Labels, and beginnings of names as in `^nooble_domain_`. */
function isLabel(name: string): boolean {
  return /^(?:messaging_(?:destination|operation)_name|nooble_(?:tenant_(?:tier|id)|outcome|reason|action_type)|\w+_)$/.test(
    name,
  );
}
