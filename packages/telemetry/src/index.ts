export type { MetricSink } from './metrics/sink.js';
export {
  type FetchHandler,
  type MetricsPage,
  type Monitored,
  type MonitorOptions,
  monitor,
} from './monitor.js';
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.js';
export { tracedLogger } from './traced-logger.js';
