import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

const packages = fileURLToPath(new URL('./packages', import.meta.url));

/** Tests read the sources, so a failing line and a coverage figure name the file one edits. */
const sources = [
  { find: /^@nooble\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^@nooble\/([a-z]+)\/([a-z]+)$/, replacement: `${packages}/$1/src/$2.ts` },
];

export default defineConfig({
  test: {
    alias: sources,
    include: [
      '{packages,examples}/*/{src,test}/**/*.test.ts',
      'bench/{src,test}/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    globalSetup: ['./scripts/test-redis.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most files wait for servers and processes more than they compute.
    maxWorkers: 3,
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      // The guarantee harness runs as processes of its own, which a coverage of this one does not see.
      include: ['packages/{errors,models,config,redis,queue,worker}/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/generated/**', '**/index.ts'],
      reporter: ['json-summary'],
      thresholds: { lines: 90 },
    },
  },
});
