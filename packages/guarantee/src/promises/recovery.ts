import { setTimeout as wait } from 'node:timers/promises';
import type { ActorProcess } from '../actor-process.ts';
import { LONG_RUN_SECONDS, USUAL_LIMIT_MS, type Fault } from '../faults/fault.ts';
import type { Guarantee, Trial } from '../promise.ts';
import { Scene } from '../scene.ts';
import { until } from '../until.ts';
import { tryNeighbours } from './neighbours.ts';

/** Rests between sends, so that a time to recover is not one to catch up. */
const CALM = { restMs: 200 };

export const recovery: Guarantee = {
  id: 'P6',
  text: 'A worker consumes again by itself after every fault, and is red until then; what cannot be served stops nothing else',
  async run(trial) {
    const neighbours = await tryNeighbours(trial);
    const scene = await Scene.open(trial, 1_000);
    try {
      const worker = scene.start('worker');
      scene.start('caller');
      scene.start('producer', CALM);
      await scene.beganAfter(worker, 0, USUAL_LIMIT_MS);
      const times: string[] = [];
      let { held } = neighbours;
      for (const fault of faultsFor(trial, worker)) {
        // What is broken by now needs no further proof.
        if (!held) break;
        const { recovered, wasRed } = await suffer(scene, worker, fault);
        held &&= recovered !== undefined && (wasRed || fault.turnsRed !== true);
        const time = recovered === undefined ? 'never' : `${recovered} ms`;
        times.push(`${fault.name}: ${time}${wasRed ? ', red' : ''}`);
      }
      times.push(neighbours.said);
      const tried = `${times.length - 1} faults, and neighbours with results, inboxes and entries of the directory that cannot be used`;
      return { held, tried, worst: times.join(', ') };
    } finally {
      await scene.close();
    }
  },
};

/** How long the worker takes to consume again once the fault is over (ms), and whether it said meanwhile that it did not. */
async function suffer(scene: Scene, worker: ActorProcess, fault: Fault) {
  // What is red still from the fault before would not show this one.
  await until(() => scene.isUp(worker) || undefined, fault.limitMs);
  const begun = Date.now();
  await fault.strike();
  const over = Date.now();
  const recovered = await scene.beganAfter(worker, over, fault.limitMs);
  const end = over + (recovered ?? fault.limitMs);
  const wasRed = scene
    .history()
    .some(
      (line) =>
        line.event === 'health' && line.status === 'red' && line.at >= begun && line.at <= end,
    );
  return { recovered, wasRed };
}

function faultsFor({ target, seconds }: Trial, worker: ActorProcess): Fault[] {
  const isLong = seconds >= LONG_RUN_SECONDS;
  const frozen = isLong
    ? [frozenFor(worker, 3_000), frozenFor(worker, 15_000)]
    : [frozenFor(worker, 3_000)];
  return [...frozen, ...target.faults, ...(isLong ? target.lastingFaults : [])];
}

function frozenFor(worker: ActorProcess, ms: number): Fault {
  return {
    name: `worker frozen for ${ms / 1_000} s`,
    limitMs: USUAL_LIMIT_MS,
    async strike() {
      worker.freeze();
      await wait(ms);
      worker.thaw();
    },
  };
}
