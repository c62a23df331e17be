import { ServiceProcess, type Environment } from './service-process.ts';

/** Lease of the query service (s): the time after which the work of a killed one runs again. */
const LEASE_SECONDS = '1.5';
/** Two replicas of the query service, so that one may be killed. */
const DOMAINS = ['embedding', 'query', 'query'] as const;

/** Environment of the services. */
export interface ServicesOptions {
  readonly redis: string;
  readonly prefix: string;
  /** URL of the language model; undefined for the one that the user has configured. */
  readonly model: string | undefined;
  readonly more?: MoreServices;
}

/** Further settings of the services, and the gateway. */
export interface MoreServices {
  /** API keys of the gateway, as in its setting. */
  readonly apiKeys: string;
  /** URL of a collector of traces. */
  readonly collector: string;
  /** URL of a PostgreSQL for tenants, history and passages; undefined for none. */
  readonly database: string | undefined;
}

/** Starts the services, each in its own process. */
export function startServices(options: ServicesOptions): ServiceProcess[] {
  const services = DOMAINS.map(
    (domain) =>
      new ServiceProcess({ name: `${domain}-service`, env: environmentOf(domain, options) }),
  );
  return options.more ? [...services, startGateway(options, options.more)] : services;
}

function startGateway(options: ServicesOptions, { apiKeys }: MoreServices): ServiceProcess {
  const env = { ...environmentOf('gateway', options), GATEWAY_API_KEYS: apiKeys };
  return new ServiceProcess({ name: 'gateway', env });
}

/** Uses the prefixed names, which take precedence over variables of the user. */
function environmentOf(
  domain: (typeof DOMAINS)[number] | 'gateway',
  { redis, prefix, model, more }: ServicesOptions,
): Environment {
  const name = domain.toUpperCase();
  return {
    // A database of the user, from which the demo could not remove its data again.
    DATABASE_URL: undefined,
    [`${name}_DATABASE_URL`]: more?.database,
    [`${name}_DOMAIN_NAME`]: domain,
    [`${name}_REDIS_URL`]: redis,
    [`${name}_KEY_PREFIX`]: prefix,
    [`${name}_LOG_LEVEL`]: 'debug',
    HTTP_PORT: '0',
    QUERY_LEASE_SECONDS: LEASE_SECONDS,
    ...(model !== undefined && { QUERY_LLM_BASE_URL: model, QUERY_LLM_MODEL: 'stand-in' }),
    // In strict mode a tier with priority may get more than its share by weight.
    ...(more && { QUERY_TIER_MODE: 'weighted', ...tracingTo(more.collector, name) }),
  };
}

/** Every span is made, and sent soon: by default a batch waits for 5 s. */
function tracingTo(collector: string, name: string): Record<string, string> {
  return {
    [`${name}_OTEL_EXPORTER_OTLP_ENDPOINT`]: collector,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
}
