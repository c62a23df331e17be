import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BenchResult } from './result.ts';
import type { RunResult } from './run.ts';
import { judge } from './targets.ts';

const DURABILITY = 'memory only: no snapshots, no append-only file';

export function documentOf({ scenarios }: RunResult): BenchResult {
  return { durability: DURABILITY, scenarios, targets: judge(scenarios) };
}

/** Writes the document and returns it. Keeps earlier results of scenarios that were not run: each states where it was measured. */
export async function writeResults(run: RunResult, file: string): Promise<BenchResult> {
  const earlier = await read(file);
  const document = documentOf({ scenarios: { ...earlier?.scenarios, ...run.scenarios } });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  return document;
}

async function read(file: string): Promise<BenchResult | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BenchResult;
  } catch {
    return undefined;
  }
}
