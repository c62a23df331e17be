import { secret, type Settings } from '@nooble/config';
import { parseRedisUrl } from '@nooble/redis';
import { z } from 'zod';

/** Defaults that differ between services. */
export interface ServiceDefaults {
  readonly domain: string;
  readonly httpPort: number;
}

/** Settings of a service that serves HTTP in addition to the base settings, whose names and URL it validates. */
export function httpShape({
  domain,
  httpPort,
  purpose,
}: ServiceDefaults & { readonly purpose: string }) {
  return {
    ...checkedShape(domain),
    httpHost: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe(`Address for ${purpose}; \`0.0.0.0\` for all addresses`),
    httpPort: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(httpPort)
      .describe(`Port for ${purpose}; 0 for any free port`),
    databaseUrl: secret(
      z
        .string()
        .regex(/^postgres(?:ql)?:\/\/./, 'expected a URL that begins with postgres://')
        .optional()
        .describe(
          'URL of PostgreSQL: tenants and plans, history and usage, and passages are kept there',
        ),
    ),
    otelExporterOtlpEndpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('URL of an OpenTelemetry collector (OTLP over HTTP); without it no spans are made'),
  };
}

/** Settings of every example service that runs actions. */
export function serviceShape(defaults: ServiceDefaults) {
  return {
    ...httpShape({ ...defaults, purpose: 'health and readiness checks' }),
    concurrency: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(16)
      .describe('Maximum number of actions run concurrently'),
    leaseSeconds: z.coerce
      .number()
      .min(0.1)
      .max(3_600)
      .default(30)
      .describe('Lease (s), after which the actions of a dead process run again'),
    tierMode: z
      .enum(['strict', 'weighted'])
      .default('strict')
      .describe('Order among tiers: `strict` by priority, `weighted` by weight'),
  };
}

/** Settings that `runHttpService` needs. */
export type HttpSettings = Settings & Readonly<z.output<z.ZodObject<ReturnType<typeof httpShape>>>>;

/** Settings that `runService` needs. */
export type ServiceSettings = Settings &
  Readonly<z.output<z.ZodObject<ReturnType<typeof serviceShape>>>>;

/** Validates settings that the packages would refuse later, without the name of the variable. */
function checkedShape(domain: string) {
  return {
    domainName: z
      .string()
      .regex(
        /^[a-z][a-z0-9_-]{0,62}$/,
        'expected up to 63 lower-case letters, digits, "_" or "-", beginning with a letter',
      )
      .default(domain)
      .describe('Domain whose actions the service runs'),
    redisUrl: z
      .string()
      .superRefine((url, context) => {
        const problem = problemOf(url);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .default('redis://127.0.0.1:6379')
      .describe('URL of Redis'),
    keyPrefix: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
        'expected up to 128 letters, digits, ".", "_", ":" or "-"',
      )
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
