import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

const packages = fileURLToPath(new URL('./packages', import.meta.url));

/** Tests read the sources, so a failing line and a coverage figure name the file one edits. */
const sources = [
  { find: /^@nooble\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^@nooble\/([a-z]+)\/([a-z]+)$/, replacement: `${packages}/$1/src/$2.ts` },
];

const everyTest = [
  '{packages,examples}/*/{src,test}/**/*.test.ts',
  'bench/{src,test}/**/*.test.ts',
  'deploy/{src,test}/**/*.test.ts',
  'scripts/**/*.test.ts',
];

/** They replace a module for all who import it. */
const replacing = ['packages/queue/test/{protocol/{protocol,share-by-time},clock}.test.ts'];

/** Tests that start dozens of processes or servers. Every night, with `NOOBLE_NIGHTLY`. */
const costly = [
  'packages/guarantee/test/{cluster,everything,interrupted}.test.ts',
  'packages/persistence/test/embedded.test.ts',
  'examples/demo/test/{durability,full,interruption}.test.ts',
  'bench/test/harness.test.ts',
];
const left = process.env['NOOBLE_NIGHTLY'] === '1' ? [] : costly;

export default defineConfig({
  test: {
    alias: sources,
    projects: [
      // Test files share processes, which load each module once; this halves the CPU time of most files.
      {
        extends: true,
        test: {
          name: 'shared',
          include: everyTest,
          exclude: [...replacing, ...left],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: replacing } },
    ],
    globalSetup: [
      './scripts/test-redis.ts',
      './scripts/test-postgres.ts',
      './scripts/test-folder.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // More workers than cores, because most files wait for servers and processes.
    maxWorkers: 3,
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      // Without the guarantee harness: it runs in separate processes, which coverage does not see.
      include: ['packages/{errors,models,config,redis,queue,worker,observability}/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/generated/**', '**/index.ts'],
      reporter: ['json-summary'],
      thresholds: { lines: 90 },
    },
  },
});
