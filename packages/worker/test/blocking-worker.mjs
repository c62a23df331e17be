// A worker whose handler blocks the event loop for several leases. Prints a line per step.
import { defineAction } from '@nooble/models';
import { z } from 'zod';
import { ActionProcessor, BaseWorker } from '../dist/index.js';

const [redis, prefix, lease] = process.argv.slice(2);
const leaseMs = Number(lease);
const generate = defineAction('embedding.generate', { data: z.object({ text: z.string() }) });
const processor = new ActionProcessor().register(generate, () => {
  process.stdout.write('blocking\n');
  const until = performance.now() + 10 * leaseMs;
  while (performance.now() < until);
  return { length: 1 };
});
const worker = new BaseWorker({
  domain: 'embedding',
  redis,
  prefix,
  processor,
  leaseMs,
  logger: false,
});
worker.events.on('lost', () => process.stdout.write('lost\n'));
await worker.start();
process.stdout.write('consuming\n');
