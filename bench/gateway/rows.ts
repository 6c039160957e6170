export type Query = 'light' | 'two-hop' | 'heavy';

/** What was measured of one peer; numbers are of the round of the middle rate. */
export interface GatewayRow {
  readonly query: Query;
  readonly auth: 'shared' | 'distinct';
  readonly peer: string;
  readonly rps: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Of the gateway's process and its children. */
  readonly cpuMsPerRequest: number;
  readonly rssMb: number;
  /** Calls that subgraphs got for each request: fewer than the plan has where a gateway asks once for what is equal. */
  readonly callsPerRequest: number;
}

export function medianRow(rounds: readonly GatewayRow[]): GatewayRow {
  const sorted = rounds.toSorted((a, b) => a.rps - b.rps);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('nothing was measured');
  return middle;
}

export function tableRow({ query, auth, peer, rps, p50, p99, cpuMsPerRequest, rssMb, callsPerRequest }: GatewayRow) {
  return {
    query,
    auth,
    peer,
    rps,
    'p50 ms': p50,
    'p99 ms': p99,
    'cpu ms': cpuMsPerRequest,
    'rss MB': rssMb,
    calls: callsPerRequest,
  };
}

/** Ours to each peer, by requests a second and, steadier on a busy machine, by processor time a request. */
export function ratioLines(rows: readonly GatewayRow[]): string[] {
  return rows.flatMap((row) => {
    const ours = rows.find((each) => each.peer === 'ours' && each.query === row.query && each.auth === row.auth);
    if (!ours || row.peer === 'ours') return [];
    const byRate = (ours.rps / Math.max(1, row.rps)).toFixed(2);
    const byCpu = (row.cpuMsPerRequest / Math.max(0.001, ours.cpuMsPerRequest)).toFixed(2);
    return [
      `${row.query.padEnd(8)} ${row.auth.padEnd(9)} ours to ${row.peer.padEnd(18)} ${byRate} by rate, ${byCpu} by processor time`,
    ];
  });
}

/** Equal for answers of equal data, in whatever order fields stand; extensions do not count. */
export function answerKey(text: string): string {
  const { data } = JSON.parse(bodyOf(text)) as { data: unknown };
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** A body that came in chunks still holds their lengths. */
function bodyOf(text: string): string {
  if (text.startsWith('{')) return text;
  let whole = '';
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(size > 0)) return whole;
    // Lengths count bytes; the synthetic graph has one byte a character.
    whole += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
