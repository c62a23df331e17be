import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { unreadable } from '../unreadable.ts';
import type { CallId } from '../call-ring.ts';
import { storedWithoutArrival } from '../header.ts';
import type { AdmissionItem } from '../admission.ts';
import type { Keyspace } from '../keyspace.ts';

/** Decision of the script about one item. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly notBeforeMs?: number }
  | { readonly kind: 'duplicate'; readonly actionId: string }
  | { readonly kind: 'minute' | 'day'; readonly retryAfterMs: number; readonly limit: number }
  | { readonly kind: 'depth'; readonly limit: number }
  /** It could not start before it expires (Unix ms). */
  | { readonly kind: 'expires'; readonly startsMs: number; readonly expiresMs: number }
  /** `foreign`: an action of another tenant has its id. */
  | { readonly kind: 'closed' | 'suspended' | 'foreign' }
  /** Its history is not recorded fast enough. */
  | { readonly kind: 'behind' }
  /** The number of partitions of the domain has changed. */
  | { readonly kind: 'moved' };

/** Returns the call that admits a batch of up to 500 items and 4 MiB. */
export function enqueueCall(
  keyspace: Keyspace,
  id: CallId,
  items: readonly AdmissionItem[],
): ScriptCall {
  const terms: AdmissionItem[] = [];
  const rows: string[] = [];
  for (const item of items) {
    const name = String(termsOf(item, terms));
    rows.push(item.actionId, item.tenantId, name, storedWithoutArrival(item));
  }
  const cells = terms.flatMap((each, name) => [name, ...cellsOf(each)]);
  return keyspace.call('enqueue', [id.process, id.number, terms.length, ...cells, ...rows]);
}

/** Returns one verdict per item, in order. The reply contains only items that were not simply admitted. */
export function readVerdicts(reply: unknown, count: number): Verdict[] {
  const cells = reply as string[];
  const verdicts = Array.from({ length: count }, () => ACCEPTED);
  for (let at = 0; at < cells.length; at += 4) {
    const index = Number(cells[at]);
    if (!(index in verdicts)) throw unreadable('enqueue', `item ${cells[at]}`);
    verdicts[index] = verdictOf(cells, at);
  }
  return verdicts;
}

const ACCEPTED: Verdict = { kind: 'accepted' };

const { admission: CODE } = CODES;
type AdmissionCode = (typeof CODE)[keyof typeof CODE];

/** Verdict by code of an admission, from its detail and its limit. */
const VERDICTS: Readonly<Record<AdmissionCode, (detail: string, limit: string) => Verdict>> = {
  [CODE.ACCEPTED]: (notBeforeMs) => ({ kind: 'accepted', notBeforeMs: Number(notBeforeMs) }),
  [CODE.DUPLICATE]: (actionId) => ({ kind: 'duplicate', actionId }),
  [CODE.MINUTE]: (ms, limit) => ({
    kind: 'minute',
    retryAfterMs: Number(ms),
    limit: Number(limit),
  }),
  [CODE.DAY]: (ms, limit) => ({ kind: 'day', retryAfterMs: Number(ms), limit: Number(limit) }),
  [CODE.DEPTH]: (limit) => ({ kind: 'depth', limit: Number(limit) }),
  [CODE.CLOSED]: () => ({ kind: 'closed' }),
  [CODE.SUSPENDED]: () => ({ kind: 'suspended' }),
  [CODE.MOVED]: () => ({ kind: 'moved' }),
  [CODE.FOREIGN]: () => ({ kind: 'foreign' }),
  [CODE.BEHIND]: () => ({ kind: 'behind' }),
  [CODE.EXPIRES]: (starts, expires) => ({
    kind: 'expires',
    startsMs: Number(starts),
    expiresMs: Number(expires),
  }),
};

function verdictOf(cells: readonly string[], at: number): Verdict {
  const [, code = '', detail = '', limit = ''] = cells.slice(at, at + 4);
  if (!Object.hasOwn(VERDICTS, code)) throw unreadable('enqueue', `code ${code}`);
  return VERDICTS[Number(code) as AdmissionCode](detail, limit);
}

/** Items with the same terms share one row: returns its index in the rows so far. */
function termsOf(item: AdmissionItem, terms: AdmissionItem[]): number {
  const place = terms.findIndex(
    ({ policy, tier, runAtMs, onceHash, sequenceHash }) =>
      policy === item.policy &&
      tier === item.tier &&
      runAtMs === item.runAtMs &&
      onceHash === item.onceHash &&
      sequenceHash === item.sequenceHash,
  );
  return place === -1 ? terms.push(item) - 1 : place;
}

function cellsOf(item: AdmissionItem): (string | number)[] {
  const { tier, runAtMs, onceHash, sequenceHash, policy } = item;
  const common = [tier, runAtMs, onceHash, sequenceHash];
  if (!policy) return [...common, '', -1, -1, -1, 0];
  const { perMinute, perDay, maxDepth, onLimit, weight, maxActive } = policy;
  const limits = [perMinute ?? -1, perDay ?? -1, maxDepth ?? -1];
  return [...common, `${weight} ${maxActive ?? -1}`, ...limits, onLimit === 'delay' ? 1 : 0];
}
