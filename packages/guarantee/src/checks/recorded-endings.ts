import type { Line } from '../journal/journal.ts';

/** An ending in the database. */
export interface StoredEnding {
  readonly id: string;
  readonly ending: string;
}

/** Ids of actions whose endings in the database contradict the journals of senders and workers. */
export interface MisrecordedEndings {
  readonly missing: readonly string[];
  readonly twice: readonly string[];
  readonly wrong: readonly string[];
}

/** An action that was sent again after it had ended has two endings. Workers that died have not written all that they settled. */
export function misrecorded(
  history: readonly Line[],
  stored: readonly StoredEnding[],
): MisrecordedEndings {
  const endings = new Map<string, string[]>();
  for (const { id, ending } of stored) endings.set(id, [...(endings.get(id) ?? []), ending]);
  const resends = new Map<string, number>();
  for (const line of history) {
    if (line.event === 'resent') resends.set(line.id, (resends.get(line.id) ?? 0) + 1);
  }
  const ids = (event: 'accepted' | 'settled' | 'dead'): string[] => [
    ...new Set(history.flatMap((line) => (line.event === event ? [line.id] : []))),
  ];
  const without = (ending: string) => (id: string) => endings.get(id)?.includes(ending) === false;
  return {
    missing: ids('accepted').filter((id) => !endings.has(id)),
    twice: [...endings].flatMap(([id, each]) =>
      each.length > 1 + (resends.get(id) ?? 0) ? [id] : [],
    ),
    wrong: [...ids('settled').filter(without('done')), ...ids('dead').filter(without('dead'))],
  };
}
