import { subjects } from './subjects';
import type { SubjectName, Surroundings } from './subjects';
import { batchesOf, storm } from './workload';

/** One measurement, as the parent process asks for it. */
export interface RunRequest {
  subject: SubjectName;
  batch: number;
  alerts: number;
  devices: number;
  surroundings: Surroundings;
}

export interface RunResult {
  alertsPerSecond: number;
  /** Milliseconds from handing over a batch to its being durable. */
  p50Ms: number;
  p99Ms: number;
  cpuSeconds: number;
  peakMb: number;
}

async function measure({ subject, batch, alerts, devices, surroundings }: RunRequest): Promise<RunResult> {
  const batches = batchesOf(storm({ alerts, devices }), batch);
  const target = await subjects[subject](surroundings, devices);
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const alertsOfBatch of batches) {
    const from = performance.now();
    await target.take(alertsOfBatch);
    times.push(performance.now() - from);
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await target.close();
  times.sort((a, b) => a - b);
  const percentile = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  return {
    alertsPerSecond: alerts / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

process.once('message', (request: RunRequest) => {
  measure(request).then(
    (result) => process.send!(result, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
