/** A variant whose numbers contradict one another. */
export interface StockViolation {
  readonly variantId: number;
  readonly kind: 'LEDGER' | 'RESERVED' | 'NEGATIVE' | 'OVERSOLD';
  /** What the variant says, and what its ledger or its reservations come to. */
  readonly found: number;
  readonly expected: number;
}

const MOST = 100;

/**
 * Looks whether stock still adds up: the ledger's sum is what is on hand, the lines of held reservations are what is
 * reserved, nothing is negative and nothing was promised twice. One statement, so that it sees one moment.
 *
 * @param read runs it on the product database
 * @returns at most 100 contradictions
 */
export function checkStock(read: (sql: string) => Promise<StockViolation[]>): Promise<StockViolation[]> {
  return read(VIOLATIONS);
}

// An import may bring negative stock; promising it is what must never be.
const VIOLATIONS = `
  WITH moved AS (SELECT variant_id, sum(quantity) AS quantity FROM stock_movement GROUP BY variant_id),
  held AS (
    SELECT l.variant_id, sum(l.quantity) AS quantity FROM stock_reservation_line l JOIN stock_reservation r ON r.id = l.reservation_id
    WHERE r.status = 'HELD' GROUP BY l.variant_id
  ), counted AS (
    SELECT v.id, v.stock_on_hand, v.stock_reserved, v.is_tracked AND NOT v.allow_backorder AS is_bound,
           coalesce(moved.quantity, 0) AS moved, coalesce(held.quantity, 0) AS held
    FROM product_variant v LEFT JOIN moved ON moved.variant_id = v.id LEFT JOIN held ON held.variant_id = v.id
  )
  SELECT id AS "variantId", kind, found::integer, expected::integer FROM counted CROSS JOIN LATERAL (VALUES
    ('LEDGER', stock_on_hand, moved, stock_on_hand <> moved),
    ('RESERVED', stock_reserved, held, stock_reserved <> held),
    ('NEGATIVE', stock_reserved, 0, stock_reserved < 0),
    ('OVERSOLD', stock_reserved, greatest(stock_on_hand, 0), is_bound AND stock_reserved > greatest(stock_on_hand, 0))
  ) AS rule (kind, found, expected, is_broken)
  WHERE is_broken ORDER BY id, kind LIMIT ${MOST}`;
