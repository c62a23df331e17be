import { ask } from '../protocol/calling.ts';
import {
  readEndingsPage,
  tenantEndingsCall,
  type EndingsPage,
} from '../protocol/operations/tenant-endings.ts';
import type { TenantPlace } from './actions-of.ts';
import type { TenancyParts } from './parts.ts';

const START = '0-0';

/** Returns the endings of a tenant that no recorder has stored, in pages of all such endings of its partition. */
export async function* tenantEndings(
  parts: TenancyParts,
  { domain, tenantId }: TenantPlace,
  verb: 'remove' | 'read',
): AsyncGenerator<EndingsPage> {
  const keyspace = (await parts.partitions.of(domain)).of(tenantId);
  const attempted = `${verb} the endings of tenant "${tenantId}" in ${keyspace.title}`;
  let after: string | undefined = START;
  while (after !== undefined) {
    const call = tenantEndingsCall(keyspace, { verb, tenantId, after });
    const page = readEndingsPage(domain, await ask(parts.redis, call, attempted));
    yield page;
    ({ after } = page);
  }
}

/** Removes the endings of a tenant that no recorder has stored. Returns their number, and the time of the domain (Unix ms). */
export async function removeEndings(
  parts: TenancyParts,
  place: TenantPlace,
): Promise<{ readonly count: number; readonly nowMs: number }> {
  let [removed, latestMs] = [0, 0];
  for await (const { count, nowMs } of tenantEndings(parts, place, 'remove')) {
    removed += count;
    latestMs = nowMs;
  }
  return { count: removed, nowMs: latestMs };
}
