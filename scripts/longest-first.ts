import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of the paths of slow test files, the slowest first: a slow file that starts last would run alone at the end. */
const LONG = [
  'guarantee/test/promises',
  'guarantee/test/broken-builds',
  'guarantee/test/cluster',
  'guarantee/test/',
  'queue/test/protocol/',
  'worker/test/schedules',
  'examples/demo/test/',
  'examples/gateway/test/',
  'scripts/packages',
  'bench/test/',
  'redis/test/',
  'queue/test/',
];

/** Orders test files by their known duration, because a fresh clone has no durations of an earlier run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((part) => moduleId.includes(part));
  return rank === -1 ? LONG.length : rank;
}
