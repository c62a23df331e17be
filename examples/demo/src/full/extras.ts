import { randomBytes } from 'node:crypto';
import { startSpanReceiver } from '@nooble/observability/receiver';
import type { Screen } from '../screen.ts';
import type { MoreServices } from '../services.ts';
import type { Stage } from '../stage.ts';
import { TENANTS } from '../tenants.ts';
import { showTrace } from './trace.ts';

/** Adds to the demo what `--full` starts and shows. */
export interface Extras {
  readonly services: MoreServices;
  play(stage: Stage, screen: Screen, ask: string): Promise<void>;
  /** Stops everything it started. */
  leave(): Promise<void>;
}

export async function openExtras(): Promise<Extras> {
  const traceId = randomBytes(16).toString('hex');
  const receiver = await startSpanReceiver({ keep: (span) => span.traceId === traceId });
  const apiKey = randomBytes(24).toString('base64url');
  const { tenantId, tenantTier } = TENANTS.enterprise;
  return {
    services: { apiKeys: `${apiKey}=${tenantId}:${tenantTier}`, collector: receiver.url },
    async play(stage, screen, query) {
      const gateway = stage.services.find(({ name }) => name === 'gateway')?.url ?? '';
      await showTrace(screen, { gateway, apiKey, query, traceId, receiver });
    },
    leave: receiver.stop,
  };
}
