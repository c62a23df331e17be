// Writes deploy/grafana/*.json. A test fails if they are not current.
import { writeFileSync } from 'node:fs';
import { dashboards } from '../dist/dashboards/all.js';
import { grafanaJson } from '../dist/dashboards/dashboard.js';

for (const dashboard of dashboards) {
  const path = new URL(`../grafana/${dashboard.name}.json`, import.meta.url);
  writeFileSync(path, grafanaJson(dashboard));
}
