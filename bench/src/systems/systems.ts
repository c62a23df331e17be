import type { ConversationName } from './conversation.ts';
import type { System, SystemName } from './system.ts';

/** Names of everything that a process of the bench may run. */
export type SideName = SystemName | ConversationName;

const LOADERS: Readonly<Record<SystemName, () => Promise<System>>> = {
  nooble: async () => (await import('./nooble.ts')).nooble,
  'nooble-metrics': async () => (await import('./observed.ts')).withMetrics(),
  'nooble-traces': async () => (await import('./observed.ts')).withTraces(),
  bullmq: async () => (await import('./bullmq.ts')).bullmq,
  'bee-queue': async () => (await import('./bee-queue.ts')).beeQueue,
  groupmq: async () => (await import('./groupmq.ts')).groupmq,
  floor: async () => (await import('./floor.ts')).floor,
};

/** Loads a single system, so that no other system is in the process. */
export async function loadSystem(name: SystemName): Promise<System> {
  return LOADERS[name]();
}
