import { createHash } from 'node:crypto';
import { isTenantId, TIERS, type Tier } from '@nooble/models';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** The tenant of an API key. */
export interface Tenant {
  readonly tenantId: string;
  readonly tenantTier: Tier;
}

/** Tenants by the digest of their keys. A look-up by digest takes no time that depends on the characters of a key. */
export type ApiKeys = ReadonlyMap<string, Tenant>;

const MIN_CHARACTERS = 16;
/** A key may contain `=`, as Base64 does. */
const ENTRY = /^(?<key>[\x21-\x7e]+)=(?<tenantId>[^=:]+):(?<tier>\w+)$/;

/** Parses `<key>=<tenant id>:<tier>`, separated by commas. Problems name the position of an entry, never its key. */
export function parseApiKeys(text: string): { keys: ApiKeys; problems: readonly string[] } {
  const keys = new Map<string, Tenant>();
  const problems: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const { key = '', tenantId, tier } = ENTRY.exec(entry.trim())?.groups ?? {};
    const where = `entry ${index + 1}`;
    if (!isTenantId(tenantId) || !isTier(tier)) {
      problems.push(`${where}: expected <key>=<tenant id>:<${TIERS.join('|')}>`);
    } else if (key.length < MIN_CHARACTERS) {
      problems.push(`${where}: its key has fewer than ${MIN_CHARACTERS} characters`);
    } else {
      keys.set(digest(key), { tenantId, tenantTier: tier });
    }
  }
  return { keys, problems };
}

/** Returns the tenant of `Authorization: Bearer <key>`. Throws UnauthenticatedError. */
export function tenantOf(keys: ApiKeys, authorization: string | undefined): Tenant {
  const [, key] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  const tenant = key === undefined ? undefined : keys.get(digest(key));
  if (!tenant) throw new UnauthenticatedError();
  return tenant;
}

function isTier(text: string | undefined): text is Tier {
  return (TIERS as readonly unknown[]).includes(text);
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
