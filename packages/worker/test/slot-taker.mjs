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
  await queues.sendDueSlots(domain, listener);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
