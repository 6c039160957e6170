import { QueryFailedError, type DataSource } from 'typeorm';
import { AppError, badInput } from '../../../platform/errors';
import type { StockChangedData } from '../../../schema/events/product-events';
import { Combiner } from './combiner';
import { crashPoint } from '../../../platform/process';

export interface StockLine {
  readonly variantId: number;
  readonly quantity: number;
}

export interface Reserved {
  readonly isReserved: boolean;
  readonly expiresAt: Date | null;
  readonly shortages: readonly { readonly variantId: number; readonly available: number }[];
}

interface ReserveRequest {
  readonly id: string;
  readonly seconds: number;
  readonly variants: readonly number[];
  readonly quantities: readonly number[];
}

interface ReserveAnswer {
  readonly isReserved: boolean;
  readonly isOther?: boolean;
  readonly expiresAt?: string;
  readonly shortages?: Reserved['shortages'];
}

const MAX_LINES = 200;
const MAX_QUANTITY = 100_000;
const MAX_HOLD_SECONDS = 7 * 86_400;
const SWEEP_BATCH = 100;
const FORGET_BATCH = 1_000;

/**
 * Holds stock for a checkout. Every step may be called again with the same id and then answers the same. The decisions
 * are made by functions in the database, under row locks, which write their events too: a step is one round trip. Steps
 * of many buyers that come at once go together, so that a hot variant is locked once for all of them.
 */
export class ReservationService {
  private readonly reserving: Combiner<ReserveRequest, ReserveAnswer>;
  private readonly claiming: Combiner<string, boolean>;

  constructor(private readonly database: DataSource) {
    this.reserving = new Combiner({
      run: (requests) => this.ask<ReserveAnswer[]>('SELECT reserve_stock_many($1::jsonb) AS answer', [JSON.stringify(requests)]),
      nameOf: ({ id }) => id,
      weightOf: ({ variants }) => variants.length,
      isAboutRequest,
    });
    this.claiming = new Combiner({
      run: (ids) => this.ask<boolean[]>('SELECT claim_stock_many($1::text[]) AS answer', [ids]),
      nameOf: (id) => id,
      weightOf: () => 1,
      isAboutRequest,
    });
  }

  /**
   * All lines or none. A reservation that was released stays released, so that a release which overtakes its reservation
   * wins. @throws CONFLICT when the id is held for other lines
   */
  async reserve(reservationId: string, lines: readonly StockLine[], expiresInSeconds: number): Promise<Reserved> {
    if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_HOLD_SECONDS) {
      throw badInput('input.expiresInSeconds', `must be from 1 to ${MAX_HOLD_SECONDS}`);
    }
    const [variants, quantities] = columnsOf(lines);
    const id = readReference(reservationId, 'input.reservationId');
    const answer = await this.reserving.submit({ id, seconds: expiresInSeconds, variants, quantities });
    crashPoint('stock.reserved');
    if (answer.isOther)
      throw new AppError('CONFLICT', 'This reservation is held for other lines; use another id', { field: 'reservationId' });
    return {
      isReserved: answer.isReserved,
      expiresAt: answer.expiresAt ? new Date(answer.expiresAt) : null,
      shortages: answer.shortages ?? [],
    };
  }

  /** Turns what was held into a sale. `false` when it was released, is unknown, or expired and the stock went to others. */
  async claim(reservationId: string): Promise<boolean> {
    const isClaimed = await this.claiming.submit(readReference(reservationId, 'reservationId'));
    crashPoint('stock.claimed');
    return isClaimed || this.wasSold(reservationId);
  }

  /** Gives back what was held. `false` only when it was sold already: then it takes a restock. */
  async release(reservationId: string, reason: string): Promise<boolean> {
    const answer = await this.change<{ isReleased: boolean }>('RELEASED', 'release_stock($2, $3)', [
      readReference(reservationId, 'reservationId'),
      readReason(reason),
    ]);
    crashPoint('stock.released');
    return answer.isReleased;
  }

  /** Takes sold goods back, once for each reference and variant. */
  async restock(reference: string, reason: string, lines: readonly StockLine[]): Promise<boolean> {
    const [variants, quantities] = columnsOf(lines);
    const answer = await this.change<{ isRestocked: boolean }>('RESTOCKED', 'restock($2, $3, $4, $5)', [
      readReference(reference, 'input.reference'),
      readReason(reason),
      variants,
      quantities,
    ]);
    return answer.isRestocked;
  }

  /** Ends reservations whose time is over, each in a transaction of its own; answers how many. */
  async expireOverdue(): Promise<number> {
    const overdue: { id: string }[] = await this.database.query(
      `SELECT id FROM stock_reservation WHERE status = 'HELD' AND expires_at < now() ORDER BY expires_at LIMIT $1`,
      [SWEEP_BATCH],
    );
    let expired = 0;
    for (const { id } of overdue) {
      const { isExpired } = await this.change<{ isExpired: boolean }>('EXPIRED', 'expire_stock($2)', [id]);
      if (isExpired) expired += 1;
    }
    return expired;
  }

  /**
   * Forgets named requests whose time is over, and reservations that ended long ago; until then, repeated calls find their
   * answer. What was sold is known by the ledger for ever: goods may come back years later.
   */
  async forgetEnded(olderThanDays: number, signal?: AbortSignal): Promise<void> {
    for (let forgotten = FORGET_BATCH; forgotten === FORGET_BATCH && !signal?.aborted;) {
      const [rows] = await this.database.query<[unknown[], number]>(
        `DELETE FROM stock_reservation WHERE id IN (
           SELECT id FROM stock_reservation WHERE status <> 'HELD' AND updated_at < now() - make_interval(days => $1)
           ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
        [olderThanDays, FORGET_BATCH],
      );
      forgotten = rows.length;
    }
    await this.database.query('DELETE FROM idempotency_key WHERE expires_at < now()');
  }

  /** Whether a reservation was turned into a sale, also long ago. */
  private async wasSold(reservationId: string): Promise<boolean> {
    const sales = await this.database.query<unknown[]>(
      `SELECT 1 FROM stock_movement WHERE reference = $1 AND kind = 'SALE' LIMIT 1`,
      [reservationId],
    );
    return sales.length > 0;
  }

  /** Calls a function that answers what it `changed`, and tells of that in the same statement. */
  private async change<Answer>(cause: StockChangedData['cause'], call: string, parameters: unknown[]): Promise<Answer> {
    return this.ask<Answer>(
      `WITH done AS MATERIALIZED (SELECT ${call} AS answer) SELECT answer, tell_stock($1, answer->'changed') FROM done`,
      [cause, ...parameters],
    );
  }

  private async ask<Answer>(sql: string, parameters: unknown[]): Promise<Answer> {
    const [row] = await this.database.query<{ answer: Answer }[]>(sql, parameters);
    if (!row) throw new Error('a stock function gave no answer');
    return row.answer;
  }
}

/** SQLSTATE classes of wrong data, broken constraints, our own refusals and lost races; nothing was changed. */
function isAboutRequest(error: unknown): boolean {
  const code = error instanceof QueryFailedError ? (error.driverError as { readonly code?: string }).code : undefined;
  return code !== undefined && ['22', '23', '40', 'P0'].includes(code.slice(0, 2));
}

/** Lines of one variant are added up. */
function columnsOf(lines: readonly StockLine[]): [variants: number[], quantities: number[]] {
  if (lines.length < 1 || lines.length > MAX_LINES) throw badInput('input.lines', `must hold from 1 to ${MAX_LINES} lines`);
  const quantityOf = new Map<number, number>();
  for (const { variantId, quantity } of lines) {
    if (quantity < 1 || quantity > MAX_QUANTITY) throw badInput('input.lines.quantity', `must be from 1 to ${MAX_QUANTITY}`);
    quantityOf.set(variantId, (quantityOf.get(variantId) ?? 0) + quantity);
  }
  if ([...quantityOf.values()].some((quantity) => quantity > MAX_QUANTITY))
    throw badInput('input.lines.quantity', `must be ${MAX_QUANTITY} at most for one variant`);
  const sorted = [...quantityOf].sort(([a], [b]) => a - b);
  return [sorted.map(([variantId]) => variantId), sorted.map(([, quantity]) => quantity)];
}

function readReference(value: string, field: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(value)) throw badInput(field, 'must be from 1 to 200 visible ASCII characters');
  return value;
}

function readReason(value: string): string {
  if (value.length > 500 || value.includes('\0')) throw badInput('reason', 'must be at most 500 characters without NUL');
  return value;
}
