import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { service } from '../../platform/auth';
import { createProductSubgraph } from '../../subgraphs/product';
import { openSubgraph } from '../../test/support/component';
import type { Run } from './load';
import { addWares, pickerOf } from './wares';

const RESERVE =
  'mutation Reserve($input: ReserveStockInput!) { reserveStock(input: $input) { isReserved shortages { variantId available } } }';
const SECONDS = 900;
const SPREAD = 1_000;

/** Reservations at the product subgraph, beside the same function called by plain `pg`, one call a buyer. */
export async function openReservations(connections: number) {
  const subgraph = await openSubgraph('product', createProductSubgraph, {
    settings: { databasePoolSize: 10, logLevel: 'error' },
  });
  const wares = await addWares(subgraph.database.url, SPREAD + 1);
  const pool = new pg.Pool({ connectionString: subgraph.database.url, max: connections });
  const pickers = { hot: pickerOf(wares.slice(0, 1)), spread: pickerOf(wares.slice(1)) };
  const throughGraph = (pick: (typeof pickers)['hot']): Run =>
    timed(async () => {
      const input = { reservationId: randomUUID(), lines: [{ variantId: pick().id, quantity: 1 }], expiresInSeconds: SECONDS };
      const { data } = await subgraph.execute(RESERVE, { input }, service);
      return (data?.['reserveStock'] as { isReserved: boolean } | undefined)?.isReserved === true;
    });
  const throughPg = (pick: (typeof pickers)['hot']): Run =>
    timed(async () => {
      const request = { id: randomUUID(), seconds: SECONDS, variants: [pick().key], quantities: [1] };
      const text = 'SELECT reserve_stock_many($1::jsonb) AS answer';
      const { rows } = await pool.query<{ answer: { isReserved: boolean }[] }>({
        ...{ name: 'reserve', text, values: [JSON.stringify([request])] },
      });
      return rows[0]?.answer[0]?.isReserved === true;
    });
  const subjects = (kind: keyof typeof pickers): { ours: Run; floor: Run } => ({
    ours: throughGraph(pickers[kind]),
    floor: throughPg(pickers[kind]),
  });
  return {
    hot: subjects('hot'),
    spread: subjects('spread'),
    close: async (): Promise<void> => {
      await pool.end();
      await subgraph.close();
    },
  };
}

/** Times what answers whether it succeeded. */
function timed(attempt: () => Promise<boolean>): Run {
  return async () => {
    const startedMs = performance.now();
    const hasSucceeded = await attempt().catch(() => false);
    return hasSucceeded ? performance.now() - startedMs : null;
  };
}
