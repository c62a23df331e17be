import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of the paths of files that take long, the longest first: begun last, they would be waited for alone. */
const LONG = [
  'guarantee/test/promises',
  'guarantee/test/broken-builds',
  'guarantee/test/cluster',
  'guarantee/test/',
  'queue/test/protocol/',
  'examples/demo/test/',
  'scripts/packages',
  'bench/test/',
  'redis/test/',
  'queue/test/',
];

/** Orders files by how long they take as far as known beforehand; a fresh clone has no durations of an earlier run. */
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
