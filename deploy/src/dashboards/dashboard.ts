import { placed, type Panel } from './panels.ts';

/** A dashboard with its variables. */
export interface Dashboard {
  /** Name of its file, and part of its address. */
  readonly name: string;
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** A variable that takes the values of a label. */
export interface Variable {
  readonly name: 'domain' | 'tier';
  readonly isMultiple: boolean;
}

const LABELS = { domain: 'messaging_destination_name', tier: 'nooble_tenant_tier' } as const;

/** Name of a dashboard by the name of its file. */
const LINKS = {
  overview: 'Nooble overview',
  domain: 'Nooble domain',
  tenants: 'Nooble tenants',
  persistence: 'Nooble persistence',
};

/** Returns a dashboard as the JSON that Grafana imports. */
export function grafanaJson({ name, title, variables, panels }: Dashboard): string {
  const content = {
    uid: `nooble-${name}`,
    title,
    tags: ['nooble'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    links: Object.entries(LINKS)
      .filter(([other]) => other !== name)
      .map(([other, text]) => linkTo(other, text)),
    templating: { list: [datasource(), ...variables.map(variableOf)] },
    panels: placed(panels),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function linkTo(name: string, title: string): object {
  const options = { includeVars: true, keepTime: true };
  return { type: 'link', title, url: `/d/nooble-${name}`, ...options };
}

function datasource(): object {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
}

function variableOf({ name, isMultiple }: Variable): object {
  const query = `label_values(nooble_domain_waiting, ${LABELS[name]})`;
  return {
    name,
    label: name,
    type: 'query',
    datasource: { type: 'prometheus', uid: '${datasource}' },
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: isMultiple,
    includeAll: isMultiple,
    ...(isMultiple && { allValue: '.*', current: { text: 'All', value: '$__all' } }),
  };
}
