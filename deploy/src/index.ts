export { startMonitoring, type Monitoring, type MonitoringOptions } from './monitoring.ts';
export {
  findMonitoring,
  type FindOptions,
  type MonitoringPrograms,
} from './monitoring-programs.ts';
