import { isDomain } from '@nooble/models';
import type { KeyFacts } from '../protocol/key-facts.ts';
import { KEY_TABLE } from '../protocol/key-table.ts';

/** A key of a domain, by the parts of its name. */
export interface OwnedKey {
  readonly key: string;
  readonly domain: string;
  /** Its tenant, if that is part of the name. */
  readonly tenantId?: string;
  /** True for the members of a sequence. */
  readonly isSequence: boolean;
  /** An action whose tenant is in the value. */
  readonly ended?: { readonly in: 'kept' | 'stream'; readonly actionId: string };
}

const FACTS: readonly KeyFacts[] = Object.values(KEY_TABLE);

/** Suffixes of the keys whose names contain a tenant, and the number of parts before it. */
const WITH_TENANT = new Map(
  FACTS.flatMap(({ suffix, per }) => {
    if (per === undefined || !per.includes('tenant')) return [];
    return [[suffix, per === 'tier and tenant' ? 1 : 0] as const];
  }),
);

const ENDED = new Map<string, 'kept' | 'stream'>([
  [KEY_TABLE.kept.suffix, 'kept'],
  [KEY_TABLE.stream.suffix, 'stream'],
]);

/** Returns the parts of a key of the prefix; undefined for a key that belongs to no domain. No name contains a colon. */
export function ownerOf(prefix: string, key: string): OwnedKey | undefined {
  const [, tag = '', rest = ''] = /^\{([^}]+)\}:(.+)$/.exec(key.slice(prefix.length + 1)) ?? [];
  const [domain = ''] = tag.split('/');
  if (!isDomain(domain) || tag.startsWith('inbox/')) return undefined;
  const [suffix = '', ...parts] = rest.split(':');
  const before = WITH_TENANT.get(suffix);
  const tenantId = before === undefined ? undefined : parts[before];
  const within = ENDED.get(suffix);
  return {
    key,
    domain,
    isSequence: suffix === KEY_TABLE.sequence.suffix,
    ...(tenantId !== undefined && { tenantId }),
    ...(within && { ended: { in: within, actionId: parts[0] ?? '' } }),
  };
}
