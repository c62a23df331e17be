import type { Unsettled } from '../checks/ledger.ts';
import { readable } from '../promises/report.ts';
import type { EverythingResult } from './everything.ts';
import type { LeftKey } from './left-keys.ts';
import type { EverythingProgress } from './progress.ts';

/** The least that a trial must have survived. */
const MIN = { killed: 2, faults: 1 };
const MOST_EXAMPLES = 5;
const MOST_LINES = 20;

/** The result of a trial of everything in words. */
export interface EverythingReport {
  readonly held: boolean;
  readonly lines: readonly string[];
}

/** Returns one line per finding, and true if everything has settled and no key is left. */
export function reportOfEverything(
  { ledger, unfinished, leftKeys, progress }: EverythingResult,
  mayDisturb: boolean,
): EverythingReport {
  const { asked, ended, kinds, codes, unsettled } = ledger;
  const { killed, faults } = progress;
  const isTested = killed >= MIN.killed && (!mayDisturb || faults >= MIN.faults);
  const leaks = leftKeys.filter(({ isLeak }) => isLeak);
  const held =
    isTested && unsettled.length + unfinished.length + leaks.length === 0 && asked === ended;
  return {
    held,
    lines: [
      `${asked} asked (${listOf(kinds)}), ${killed} processes killed, ${faults} faults of Redis`,
      `${ended} ended (${listOf(codes)})`,
      `${unsettled.length} not settled`,
      ...unsettled.slice(0, MOST_EXAMPLES).map(unsettledText),
      ...storyOf(unsettled[0]),
      `${unfinished.length} domains not empty${unfinished.map((name) => ` ${name}`).join('')}`,
      `${leaks.length} kinds of keys left behind`,
      ...leftKeys.map(leftText),
      ...(isTested ? [] : ['not tested: too little was killed']),
    ],
  };
}

/** Returns one line, for example `1:05 running  500 of 1000 ended, 3 processes killed, 1 faults of Redis`. */
export function progressText(progress: EverythingProgress): string {
  const { phase, elapsedMs, actions, ended, killed, faults } = progress;
  const seconds = Math.round(elapsedMs / 1_000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const doing = { running: 'running', draining: 'draining', keys: 'waiting for keys to expire' };
  return `${time} ${doing[phase]}  ${ended} of ${actions} ended, ${killed} processes killed, ${faults} faults of Redis`;
}

function listOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

/** The last lines of the history of one action. */
function storyOf(unsettled: Unsettled | undefined): string[] {
  if (!unsettled) return [];
  const { lines } = unsettled;
  return lines.slice(-MOST_LINES).map(readable(lines));
}

function unsettledText({ what, id, code }: Unsettled): string {
  return `  ${id} ${what}: ${code}`;
}

function leftText({ kind, count, livesMs, isLeak }: LeftKey): string {
  const life =
    livesMs === undefined ? 'no time to live' : `${Math.ceil(livesMs / 1_000)} s to live`;
  return `  ${isLeak ? 'LEFT' : 'left'} ${kind}: ${count} keys, ${life}`;
}
