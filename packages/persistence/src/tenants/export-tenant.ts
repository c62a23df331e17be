import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertTenantId } from '@nooble/models';
import { exportTenantQueues } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import type { Purpose, Sessions } from '../connecting/sessions.ts';
import { tenantTables } from './tenant-tables.ts';

/** Options of `exportTenant`. */
export interface ExportTenantOptions {
  /** The Redis to export as well: a `DomainQueueManager`. */
  readonly queues: { readonly redis: RedisPool; readonly prefix: string };
}

/** A line of an export. */
export interface ExportedLine {
  readonly source: 'redis' | 'postgres';
  /** `action`, `schedule` or `ending` of Redis, or the name of a table. */
  readonly kind: string;
  readonly value: unknown;
}

/** Rows that are read at once. */
const PAGE = 500;

/** Returns all data of a tenant, page by page. */
export async function* exportTenant(
  sessions: Sessions,
  tenantId: string,
  { queues }: ExportTenantOptions,
): AsyncGenerator<ExportedLine> {
  assertTenantId(tenantId);
  const purpose: Purpose = { role: 'writer', attempted: `export tenant "${tenantId}"` };
  for await (const record of exportTenantQueues(queues, tenantId))
    yield { source: 'redis', ...record };
  for (const table of await tenantTables(sessions, purpose)) {
    const text = `SELECT row_to_json(t) AS value FROM ${table.quoted} t WHERE tenant_id = $1`;
    const statement = { text, values: [tenantId] };
    for await (const rows of sessions.pages<{ value: unknown }>(purpose, statement, PAGE))
      for (const { value } of rows) yield { source: 'postgres', kind: table.name, value };
  }
}

/** Writes all data of a tenant as JSON lines to a new file in the folder. Returns its path. */
export async function exportTenantTo(
  folder: string,
  lines: AsyncIterable<ExportedLine>,
  tenantId: string,
): Promise<string> {
  assertTenantId(tenantId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, exportFileName(tenantId));
  const partial = `${path}.partial`;
  try {
    // `w` after a removal: a link that another user has placed is not followed.
    await rm(partial, { force: true });
    const file = createWriteStream(partial, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(textOf(lines)), file);
    await rename(partial, path);
    return path;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Returns a file name for a tenant: its id in characters that no file system treats specially, and a hash, because ids that differ only in
 * case would be the same file on some.
 */
export function exportFileName(tenantId: string): string {
  const shown = tenantId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(tenantId).digest('hex').slice(0, 16);
  return `tenant-${shown}-${hash}.jsonl`;
}

async function* textOf(lines: AsyncIterable<ExportedLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
