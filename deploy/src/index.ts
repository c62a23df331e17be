export { startMonitoring, type Monitoring, type MonitoringOptions } from './monitoring.ts';
export {
  findMonitoring,
  type FindOptions,
  type MonitoringPrograms,
} from './monitoring-programs.ts';
export { startWebhook, type SentAlert, type Webhook } from './webhook.ts';
