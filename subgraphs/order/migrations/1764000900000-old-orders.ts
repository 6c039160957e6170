import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Parcels for orders that left before parcels were kept, an end for payments that came to nothing, and a log that erasure may redact. */
export class OldOrders1764000900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PARCELS);
    await runner.query(`CREATE INDEX payment_without_order ON payment (updated_at)
      WHERE order_id IS NULL AND status IN ('VOIDED', 'DECLINED')`);
    await runner.query(LOG_DDL);
  }

  /** The parcels stay: goods may be on their way back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payment_without_order');
  }
}

/** One parcel with everything, of which nothing more is known than when the order's log says that it left and arrived. */
const PARCELS = `
  WITH gone AS (
    SELECT o.id, o.updated_at, o.status,
      (SELECT max(e.at) FROM order_event e WHERE e.order_id = o.id AND e.type = 'SHIPPED') AS shipped_at,
      (SELECT max(e.at) FROM order_event e WHERE e.order_id = o.id AND e.type = 'DELIVERED') AS delivered_at
    FROM "order" o WHERE o.status IN ('SHIPPED', 'DELIVERED', 'REFUNDED') AND NOT EXISTS (SELECT 1 FROM shipment s WHERE s.order_id = o.id)
  ), parcel AS (
    INSERT INTO shipment (order_id, carrier, tracking_number, shipped_at, delivered_at)
    SELECT id, 'Unknown', '', COALESCE(shipped_at, updated_at), COALESCE(delivered_at, CASE status WHEN 'DELIVERED' THEN updated_at END)
    FROM gone ORDER BY id RETURNING id, order_id
  ), content AS (
    INSERT INTO shipment_line (shipment_id, order_item_id, quantity)
    SELECT parcel.id, i.id, i.quantity - i.cancelled_quantity FROM parcel JOIN order_item i ON i.order_id = parcel.order_id
    WHERE i.quantity > i.cancelled_quantity
  )
  UPDATE order_item i SET shipped_quantity = i.quantity - i.cancelled_quantity FROM gone WHERE i.order_id = gone.id`;

/** Nothing but the erasure of a person may change the log, and only by taking a reason out. */
const LOG_DDL = `
  CREATE OR REPLACE FUNCTION order_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND OLD.data ? 'reason' THEN
      OLD.data := OLD.data - 'reason';
      IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'the log of an order is append-only' USING ERRCODE = 'check_violation';
  END $$;`;
