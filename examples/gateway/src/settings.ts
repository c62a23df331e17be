import { defineSettings, secret, type SettingsOf } from '@nooble/config';
import { httpShape } from '@nooble-examples/service-runtime';
import { z } from 'zod';
import { parseApiKeys } from './api-keys.ts';

/** Settings of the gateway, with the prefix `GATEWAY_`. */
export const settingsDefinition = defineSettings({
  envPrefix: 'GATEWAY_',
  shape: {
    ...httpShape({ domain: 'gateway', httpPort: 8080, purpose: 'questions and health checks' }),
    apiKeys: secret(
      z
        .string('expected `<key>=<tenant id>:<tier>`, separated by commas')
        .superRefine((text, context) => {
          const { problems } = parseApiKeys(text);
          for (const message of problems) context.addIssue({ code: 'custom', message });
        })
        .describe(
          'API keys with their tenants and tiers: `<key>=<tenant id>:<tier>`, separated by commas',
        ),
    ),
    resumeSeconds: z.coerce
      .number()
      .min(0)
      .max(600)
      .default(5)
      .describe('Time for which an answer goes on without a client (s); 0 stops it at once'),
    answerSeconds: z.coerce
      .number()
      .min(1)
      .max(3_600)
      .default(120)
      .describe('Maximum time until an answer is complete (s)'),
    stopSeconds: z.coerce
      .number()
      .min(0)
      .max(3_600)
      .default(30)
      .describe('Time that a stopping gateway gives to open answers (s)'),
  },
});

export type GatewaySettings = SettingsOf<typeof settingsDefinition>;
