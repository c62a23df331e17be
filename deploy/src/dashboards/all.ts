import type { Dashboard } from './dashboard.ts';
import { domain } from './domain.ts';
import { overview } from './overview.ts';
import { persistence } from './persistence.ts';
import { tenants } from './tenants.ts';

/** All dashboards. Each is a file in `deploy/grafana`. */
export const dashboards: readonly Dashboard[] = [overview, domain, tenants, persistence];
