import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { chartOf } from '../src/chart.ts';
import { markdownOf } from '../src/document.ts';
import { PERFORMANCE_DOCUMENT, RESULT_FILE } from '../src/options.ts';
import type { BenchResult } from '../src/result.ts';
import { SCENARIOS } from '../src/scenarios.ts';

const result = JSON.parse(await readFile(RESULT_FILE, 'utf8')) as BenchResult;

it('shows the committed results in docs/performance.md and in the chart', async () => {
  expect(await readFile(PERFORMANCE_DOCUMENT, 'utf8')).toContain(markdownOf(result));
  expect(await readFile(RESULT_FILE.replace('.json', '.svg'), 'utf8')).toBe(chartOf(result));
});

it('has a result of a full run for every scenario', () => {
  expect(Object.keys(result.scenarios).toSorted()).toEqual(
    SCENARIOS.map(({ name }) => name).toSorted(),
  );
  expect(Object.values(result.scenarios).filter(({ quick, pairs }) => quick || pairs < 5)).toEqual(
    [],
  );
});
