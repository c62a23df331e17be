/** One metric: its OpenTelemetry name, kind, unit and attributes, and its meaning. */
export interface MetricFacts {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** A unit of UCUM; text in braces counts things. */
  readonly unit: string;
  readonly attributes: readonly string[];
  /**
   * `process`: measured in every process; `domain`: read from Redis by one process per domain; `persistence`: measured in
   * processes with a recorder or an outbox.
   */
  readonly of: 'process' | 'domain' | 'persistence';
  readonly meaning: string;
}

/** Attributes of metrics. The domain of an action is its messaging destination. */
export const ATTRIBUTES = {
  system: 'messaging.system',
  domain: 'messaging.destination.name',
  operation: 'messaging.operation.name',
  actionType: 'nooble.action.type',
  outcome: 'nooble.outcome',
  tier: 'nooble.tenant.tier',
  tenant: 'nooble.tenant.id',
  error: 'error.type',
  reason: 'nooble.reason',
} as const;
