import { METRICS, prometheusName } from '@nooble/observability';

export const name = prometheusName(METRICS.running);
