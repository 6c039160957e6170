import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';

/** How many chains one anchor covers; more wait for the next one. */
const CHAINS_AN_ANCHOR = 5_000;
const ANCHOR_LOCK = 724_026;

export interface Anchor {
  readonly sequence: number;
  readonly hash: string;
}

/** One line of an anchor: where a chain stood. */
export interface AnchoredHead {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}

/**
 * Notes where all chains stand that grew since the last anchor, in one chain over them. Whoever keeps the last anchor's
 * hash elsewhere, such as in the logs, can prove that nothing before it was cut off, whole chains included.
 *
 * @returns the new anchor; `null` when nothing grew, or another process is at it
 */
export function anchorChains(database: DataSource): Promise<Anchor | null> {
  return inTransaction(database, async (tx) => {
    const [lock] = await tx.query<{ taken: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS taken', [ANCHOR_LOCK]);
    if (!lock?.taken) return null;
    // A chain that grows at this moment is left to the next anchor, rather than waited for.
    const [heads] = await tx.query<[AnchoredHead[], number]>(
      `UPDATE audit_head head SET anchored = head.sequence FROM (
         SELECT chain FROM audit_head WHERE anchored < sequence ORDER BY chain LIMIT $1 FOR UPDATE SKIP LOCKED) grown
       WHERE head.chain = grown.chain RETURNING head.chain, head.sequence, encode(head.hash, 'hex') AS hash`,
      [CHAINS_AN_ANCHOR],
    );
    if (heads.length === 0) return null;
    const [last] = await tx.query<{ sequence: number; hash: Buffer }[]>(
      'SELECT sequence, hash FROM audit_anchor ORDER BY sequence DESC LIMIT 1',
    );
    const sequence = (last?.sequence ?? 0) + 1;
    const body = anchorBody(heads, new Date());
    const previous = last?.hash ?? Buffer.alloc(0);
    const hash = anchorHash(previous, sequence, body);
    await tx.query('INSERT INTO audit_anchor (sequence, body, previous_hash, hash) VALUES ($1, $2, $3, $4)', [
      sequence,
      body,
      previous,
      hash,
    ]);
    return { sequence, hash: hash.toString('hex') };
  });
}

export function anchorHash(previous: Buffer, sequence: number, body: string): Buffer {
  return createHash('sha256')
    .update([previous.toString('hex'), String(sequence), body].join('\n'))
    .digest();
}

/** The first line says when; each further line where one chain stood. */
export function headsOf(body: string): AnchoredHead[] {
  return body
    .split('\n')
    .slice(1)
    .map((line) => {
      const [chain = '', sequence = '', hash = ''] = line.split(' ');
      return { chain, sequence: Number(sequence), hash };
    });
}

function anchorBody(heads: readonly AnchoredHead[], at: Date): string {
  const lines = heads.map(({ chain, sequence, hash }) => `${chain} ${sequence} ${hash}`).sort();
  return [at.toISOString(), ...lines].join('\n');
}
