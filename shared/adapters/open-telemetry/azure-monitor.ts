import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import type { TokenCredential } from '@azure/identity';
import type { Receiver } from './exporting';

/** Application Insights: steps become dependencies, metrics rows of AppMetrics. */
export function azureMonitor(account: { connectionString: string; credential?: TokenCredential }): Receiver {
  // The disk of an instance is gone with it; a stranger's directory is no place for telemetry either.
  const options = { ...account, disableOfflineStorage: true };
  return { spans: new AzureMonitorTraceExporter(options), metrics: new AzureMonitorMetricExporter(options) };
}
