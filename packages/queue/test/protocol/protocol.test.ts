import type { RedisPool } from '@nooble/redis';
import fc from 'fast-check';
import { afterEach, inject, it, vi } from 'vitest';
import { audit } from '../audit.ts';
import { SCRIPTS } from '../../src/generated/scripts.ts';
import { openPool } from '../fixture.ts';
import { drain } from './drain.ts';
import { ProtocolModel, type Setting } from './protocol-model.ts';
import { sequences } from './sequences.ts';
import type { ProtocolCommand, Run } from './step.ts';
import { setting } from './tenants.ts';
import { World } from './world.ts';

vi.mock('../../src/generated/scripts.ts', async (original) => {
  const { onMovedTime } = await import('./scripts-on-moved-time.ts');
  const { SCRIPTS: scripts } = await original<{ SCRIPTS: typeof SCRIPTS }>();
  return { SCRIPTS: onMovedTime(scripts) };
});

/** `NOOBLE_SEQUENCES` sets the number, `NOOBLE_SEED` repeats those of an earlier run. */
const numRuns = Number(process.env['NOOBLE_SEQUENCES'] ?? 100);
const seed = Number(process.env['NOOBLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const DAY_MS = 86_400_000;
/** The middle of a day, and the last minute of one. */
const startOfDay = fc.constantFrom(DAY_MS / 2, DAY_MS - 60_000);

afterEach(() => {
  vi.restoreAllMocks();
});

it(
  `does what the model of the protocol does, in ${numRuns} sequences (NOOBLE_SEED=${seed})`,
  async () => {
    const redis = openPool(inject('redisUrl'));
    const property = fc.asyncProperty(
      setting,
      startOfDay,
      sequences,
      async (how, offsetMs, commands) => {
        const nowMs = (Math.floor(Date.now() / DAY_MS) + 2) * DAY_MS + offsetMs;
        const world = new World(redis, how, nowMs);
        const run: Run = { model: new ProtocolModel(how, nowMs), world, lines: [] };
        await world.time.start();
        if (how.keepsHistory) await world.queues.setHistory('embedding', {});
        try {
          await follow(run, commands);
        } catch (error) {
          throw explained(error, run, how);
        } finally {
          await world.remove();
        }
      },
    );
    await loadScripts(redis);
    process.stdout.write(`${numRuns} sequences of the protocol, NOOBLE_SEED=${seed}\n`);
    await fc.assert(property, { numRuns, seed });
  },
  120_000 + numRuns * 500,
);

/** A script unknown to the server would be sent again after the others of its pipeline, out of order. */
async function loadScripts(redis: RedisPool): Promise<void> {
  for (const { lua } of Object.values(SCRIPTS)) await redis.command().script('LOAD', lua);
}

async function follow(run: Run, commands: Iterable<ProtocolCommand>): Promise<void> {
  await fc.asyncModelRun(() => ({ model: run.model, real: run }), commands);
  const problems = await audit(run.world.stored);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  await drain(run);
}

/** Returns the error with the setting and every step that led to it, one line each. */
function explained(error: unknown, { lines }: Run, how: Setting): Error {
  const { mode, floor } = how.order;
  const parts = [
    `${(error as Error).message}\n`,
    `${mode}, floor ${floor}, maxStalls ${how.maxStalls}${how.keepsHistory ? ', with a history' : ''}`,
    ...Object.entries(how.tenants).map(([name, each]) => `${name}: ${JSON.stringify(each)}`),
    ...lines.map((line, index) => `${index + 1}. ${line}`),
  ];
  return new Error(`${parts.join('\n')}\n`, { cause: error });
}
