import pg from 'pg';

/** A statement as it was sent, and what came back. */
export interface Recorded {
  readonly database: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly rows: readonly unknown[];
}

/** Notes every statement that this process sends while `work` runs, in the order they were sent. */
export async function recordStatements(work: () => Promise<void>): Promise<Recorded[]> {
  const sent: { entry: Omit<Recorded, 'rows'>; rows: readonly unknown[] }[] = [];
  const original = pg.Client.prototype.query;
  const recording = function (this: pg.Client, ...args: unknown[]): unknown {
    const answer: unknown = Reflect.apply(original, this, args);
    const [config, values] = args;
    const isConfig = typeof config === 'object' && config !== null && 'text' in config;
    const text = isConfig ? String(config.text) : String(config);
    const given = isConfig && 'values' in config ? config.values : values;
    if (answer instanceof Promise) {
      const note = {
        entry: { database: this.database ?? '', text, values: Array.isArray(given) ? given : [] },
        rows: [] as unknown[],
      };
      sent.push(note);
      answer.then(
        (result: pg.QueryResult) => void note.rows.push(...result.rows),
        () => undefined,
      );
    }
    return answer;
  };
  pg.Client.prototype.query = recording as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
  return sent.map(({ entry, rows }) => ({ ...entry, rows }));
}
