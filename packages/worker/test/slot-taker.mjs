// Takes the slots that are due, and hangs before it sends their actions: its directory never answers. Says when it has one.
import { DomainQueueManager } from '@nooble/queue';

const [redis, prefix, domain] = process.argv.slice(2);
const directory = {
  resolve: async () => {
    process.stdout.write('taken\n');
    await new Promise(() => undefined);
  },
};
const queues = new DomainQueueManager({ redis, prefix, directory });
const listener = { onRefused: () => undefined, onMissed: () => undefined };
for (;;) {
  const next = await queues.sendDueSlots(domain, listener);
  if (!next) throw new Error('Nothing is scheduled');
  // As a worker does: until the slot is due by the clock of Redis.
  await new Promise((resolve) => setTimeout(resolve, Math.ceil(next.inMs)));
}
