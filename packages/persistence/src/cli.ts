#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { printable } from '@nooble/errors';
import { migrate } from './migrating/migrate.ts';

const HELP = `Creates or changes the tables of Nooble in a PostgreSQL database.

  npx nooble-persistence migrate --url postgres://admin:password@localhost/app

  --url <url>   the database; default: the environment variable DATABASE_URL, which other users cannot read
  --down        revert the latest migration, and delete the data of its tables
  --count <n>   number of migrations (default: all; with --down 1)
  --help        show this text

The user of the URL must be allowed to create roles, and schemas in the database. All migrations run in one transaction.
`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      down: { type: 'boolean', default: false },
      count: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else await run(positionals, values);
} catch (error) {
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  process.stderr.write(`${printable((error as Error).message)}${usage}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}

async function run(
  [command, ...others]: readonly string[],
  given: { url?: string | undefined; down: boolean; count?: string | undefined },
): Promise<void> {
  if (command !== 'migrate' || others.length > 0)
    throw new TypeError('The only command is `migrate`');
  const url = given.url ?? process.env['DATABASE_URL'];
  if (url === undefined || url === '')
    throw new TypeError('Cannot migrate: pass --url, or set DATABASE_URL');
  const direction = given.down ? 'down' : 'up';
  const count = given.count === undefined ? {} : { count: countOf(given.count) };
  const names = await migrate({ url, direction, ...count });
  const lines = names.map((name) => `${direction} ${name}\n`);
  process.stdout.write(lines.length > 0 ? lines.join('') : 'Nothing to migrate\n');
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new TypeError(`--count "${text}" is not a whole number of at least 1`);
}
