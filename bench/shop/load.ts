import autocannon from 'autocannon';
import { readFileSync } from 'node:fs';

/** A request that is sent again and again. */
export interface LoadRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Of the process that answers, whose processor time is counted. */
  readonly pid: number;
}

export interface Measured {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the answering process; PostgreSQL's own is not in it. */
  readonly cpuMsPerRequest: number;
}

/** @throws when an answer is no success, because a refusal is quick */
export async function measure(request: LoadRequest, options: { seconds: number; connections: number }): Promise<Measured> {
  const cpuBefore = cpuMsOf(request.pid);
  const result = await autocannon({
    url: request.url,
    method: request.method,
    headers: { ...request.headers },
    ...(request.body === null ? {} : { body: request.body }),
    connections: options.connections,
    duration: options.seconds,
  });
  const failures = result.non2xx + result.errors + result.timeouts;
  if (failures > 0) throw new Error(`${failures} of ${result.requests.total} requests failed`);
  return {
    rps: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMsPerRequest: Math.round(((cpuMsOf(request.pid) - cpuBefore) / result.requests.total) * 1000) / 1000,
  };
}

/** User and system time of a process so far, from the kernel's own count in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
