import type { Settings } from '@nooble/config';
import { z } from 'zod';

/** Settings of every example service, beside the base ones. */
export function serviceShape({ httpPort }: { httpPort: number }) {
  return {
    httpPort: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(httpPort)
      .describe('Port for health and readiness, on 127.0.0.1; 0 for a free one'),
    concurrency: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(16)
      .describe('Actions at a time'),
    leaseSeconds: z.coerce
      .number()
      .min(0.1)
      .max(3_600)
      .default(30)
      .describe('How soon the actions of a dead process run again, s'),
    keyPrefix: z.string().default('nooble').describe('First part of every Redis key'),
  };
}

/** What `runService` reads. */
export type ServiceSettings = Settings &
  Readonly<z.output<z.ZodObject<ReturnType<typeof serviceShape>>>>;
