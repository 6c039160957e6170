import type { DataSource } from 'typeorm';
import { AppError } from '../../../platform/errors';

const MAXIMUM = 20;
const WINDOW_SECONDS = 600;

/** Keeps a viewer from guessing codes: so many unknown ones in ten minutes, then none at all for the rest of them. */
export class DiscountTries {
  constructor(private readonly database: DataSource) {}

  /** Counts a try before it is made, so that parallel guesses cannot slip under the limit together. @throws RATE_LIMITED */
  async count(viewer: string): Promise<void> {
    const [row] = await this.database.query<{ count: number; seconds: number }[]>(
      `INSERT INTO discount_try AS t (viewer, count, window_ends_at) VALUES ($1, 1, now() + make_interval(secs => $2))
       ON CONFLICT (viewer) DO UPDATE SET
         count = CASE WHEN t.window_ends_at < now() THEN 1 ELSE t.count + 1 END,
         window_ends_at = CASE WHEN t.window_ends_at < now() THEN EXCLUDED.window_ends_at ELSE t.window_ends_at END
       RETURNING count, ceil(extract(epoch FROM window_ends_at - now()))::int AS seconds`,
      [viewer, WINDOW_SECONDS],
    );
    if (!row || row.count <= MAXIMUM) return;
    const retryAfterSeconds = Math.max(1, row.seconds);
    throw new AppError('RATE_LIMITED', 'Too many discount codes were tried; wait a while', { retryAfterSeconds });
  }

  /** A code that exists was no guess. The others stay counted, or one known code would make room for guesses. */
  async forgive(viewer: string): Promise<void> {
    await this.database.query('UPDATE discount_try SET count = count - 1 WHERE viewer = $1 AND count > 0', [viewer]);
  }

  async sweep(): Promise<void> {
    await this.database.query('DELETE FROM discount_try WHERE window_ends_at < now()');
  }
}
