import { Redis } from 'ioredis';

/** The documentation of BullMQ requires that a worker's connection retries forever; errors end the sample elsewhere. */
export function connect(url: string, { blocking }: { blocking: boolean }): Redis {
  return new Redis(url, { maxRetriesPerRequest: blocking ? null : 20 });
}
