import type { Line } from '../journal.ts';

/** How long after the kill of a worker each action it held began again, ms. */
export function reclaimTimes(lines: readonly Line[]): number[] {
  const kills = lines.flatMap((line) => (line.event === 'killed' ? [line] : []));
  return kills.flatMap((kill) => {
    const held = lines.filter(
      (line) => line.event === 'started' && line.pid === kill.victim && line.at <= kill.at,
    );
    return held.flatMap((start) => {
      if (!('id' in start)) return [];
      const over = lines.some(
        (line) =>
          (line.event === 'settled' || line.event === 'told') &&
          line.id === start.id &&
          line.at <= kill.at,
      );
      const next = lines.find(
        (line) => line.event === 'started' && line.id === start.id && line.at > kill.at,
      );
      return over || !next ? [] : [next.at - kill.at];
    });
  });
}
