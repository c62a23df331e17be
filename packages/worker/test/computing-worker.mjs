// A worker whose handlers may block the event loop: nothing else happens in its process meanwhile.
import { defineAction } from '@nooble/models';
import { z } from 'zod';
import { ActionProcessor, BaseWorker } from '../dist/index.js';

const work = defineAction('computing.do', { data: z.object({ computeMs: z.number() }) });

const processor = new ActionProcessor().register(work, async ({ data }) => {
  await new Promise((resolve) => setImmediate(resolve));
  if (data.computeMs > 0) process.send('computes');
  const end = performance.now() + data.computeMs;
  while (performance.now() < end);
  return null;
});

const [, , redis, prefix] = process.argv;
const worker = new BaseWorker({ redis, prefix, processor, domain: 'computing', logger: false });
await worker.start();
process.on('disconnect', () => process.exit(0));
process.send('consumes');
