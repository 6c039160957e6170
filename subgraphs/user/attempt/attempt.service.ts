import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';

interface AttemptRule {
  readonly maximum: number;
  readonly windowSeconds: number;
}

/**
 * Nobody but the gateway knows from where a log-in comes, so strangers' tries count against the owner of an address too.
 * Fifty bear a person's mistakes many times over and still make guessing hopeless; who is locked out gets in by resetting
 * the password. Somebody who is signed in confirms under a count of their own, which no stranger can fill.
 */
const RULES = {
  LOG_IN: { maximum: 50, windowSeconds: 15 * 60 },
  CONFIRMATION: { maximum: 10, windowSeconds: 15 * 60 },
  PASSWORD_RESET: { maximum: 5, windowSeconds: 60 * 60 },
  EMAIL_VERIFICATION: { maximum: 5, windowSeconds: 60 * 60 },
} as const satisfies Record<string, AttemptRule>;

export type AttemptKind = keyof typeof RULES;

/** Counts tries for an e-mail address, whether or not somebody has it, or for an account. Kept only as a hash. */
export class AttemptService {
  constructor(private readonly database: DataSource) {}

  /**
   * Counts one try *before* it is made, so that parallel guesses cannot slip under the limit together.
   * Answers 0 when it may go on, else how many seconds to wait.
   */
  async count(kind: AttemptKind, subject: string): Promise<number> {
    const { maximum, windowSeconds } = RULES[kind];
    const [row] = await this.database.query<{ count: number; seconds: number }[]>(
      `INSERT INTO attempt AS a (kind, subject, count, window_ends_at) VALUES ($1, $2, 1, now() + make_interval(secs => $3))
       ON CONFLICT (kind, subject) DO UPDATE SET
         count = CASE WHEN a.window_ends_at < now() THEN 1 ELSE a.count + 1 END,
         window_ends_at = CASE WHEN a.window_ends_at < now() THEN excluded.window_ends_at ELSE a.window_ends_at END
       RETURNING count, ceil(extract(epoch FROM window_ends_at - now()))::int AS seconds`,
      [kind, hashOf(subject), windowSeconds],
    );
    return row && row.count > maximum ? Math.max(1, row.seconds) : 0;
  }

  /** A success forgets the failures before it. */
  async clear(kind: AttemptKind, subject: string): Promise<void> {
    await this.database.query('DELETE FROM attempt WHERE kind = $1 AND subject = $2', [kind, hashOf(subject)]);
  }
}

function hashOf(subject: string): Buffer {
  return createHash('sha256').update(subject.toLowerCase()).digest();
}
