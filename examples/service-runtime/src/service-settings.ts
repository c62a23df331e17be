import type { Settings } from '@nooble/config';
import { parseRedisUrl } from '@nooble/redis';
import { z } from 'zod';

/** Where a service differs from the others. */
export interface ServiceDefaults {
  readonly domain: string;
  readonly httpPort: number;
}

/** Settings of every example service, beside the base ones, of which it checks the names and the URL. */
export function serviceShape({ domain, httpPort }: ServiceDefaults) {
  return {
    ...checkedShape(domain),
    httpHost: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address for health and readiness; `0.0.0.0` for every one'),
    httpPort: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(httpPort)
      .describe('Port for health and readiness; 0 for a free one'),
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
  };
}

/** What `runService` reads. */
export type ServiceSettings = Settings &
  Readonly<z.output<z.ZodObject<ReturnType<typeof serviceShape>>>>;

/** What the packages would refuse later, and then without the name of the variable. */
function checkedShape(domain: string) {
  return {
    domainName: z
      .string()
      .regex(
        /^[a-z][a-z0-9_-]{0,62}$/,
        'expected up to 63 lower-case letters, digits and _ -, a letter first',
      )
      .default(domain)
      .describe('Domain whose actions it runs'),
    redisUrl: z
      .string()
      .superRefine((url, context) => {
        const problem = problemOf(url);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .default('redis://127.0.0.1:6379')
      .describe('Redis to use'),
    keyPrefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'expected letters, digits and . _ : - only')
      .default('nooble')
      .describe('First part of every Redis key'),
  };
}

function problemOf(url: string): string | undefined {
  try {
    parseRedisUrl(url);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
