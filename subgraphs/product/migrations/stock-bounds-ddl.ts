/** Stock that is not counted, or may run short, still has an end: numbers of stock are 32-bit integers. */
export const STOCK_BOUNDS_DDL = `
  -- How many of a variant can be promised. What is sold without limit may run short by a thousand million.
  CREATE FUNCTION promisable(p_status text, v product_variant) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_status <> 'ACTIVE' THEN 0 WHEN v.is_tracked AND NOT v.allow_backorder THEN v.available
                ELSE greatest(v.stock_on_hand::bigint - v.stock_reserved + 1000000000, 0) END $$;

  CREATE OR REPLACE FUNCTION stock_left(variants integer[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
    DECLARE
      held record;
      remaining bigint[] := array_fill(0::bigint, ARRAY[cardinality(variants)]);
    BEGIN
      FOR held IN
        SELECT v.id, promisable(p.status, v) AS available
        FROM product_variant v JOIN product p ON p.id = v.product_id WHERE v.id = ANY (variants) ORDER BY v.id FOR NO KEY UPDATE OF v
      LOOP
        remaining[array_position(variants, held.id)] := held.available;
      END LOOP;
      RETURN remaining;
    END $$;

  CREATE OR REPLACE FUNCTION lines_short_of_stock(variants integer[], quantities integer[]) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT jsonb_agg(jsonb_build_object('variantId', l.variant_id, 'available', coalesce(promisable(p.status, v), 0)) ORDER BY l.variant_id)
    FROM unnest(variants, quantities) AS l (variant_id, quantity)
      LEFT JOIN product_variant v ON v.id = l.variant_id
      LEFT JOIN product p ON p.id = v.product_id
    WHERE v.id IS NULL OR promisable(p.status, v) < l.quantity $$;`;

/** What was sold is known by the ledger, also when its reservation was forgotten. */
export const RELEASE_DDL = `
  CREATE OR REPLACE FUNCTION release_stock(p_id text, p_reason text) RETURNS jsonb LANGUAGE plpgsql AS $$
    DECLARE
      known stock_reservation;
      variants integer[];
    BEGIN
      SELECT * INTO known FROM stock_reservation WHERE id = p_id FOR UPDATE;
      IF NOT FOUND THEN
        IF EXISTS (SELECT 1 FROM stock_movement WHERE reference = p_id AND kind = 'SALE') THEN
          RETURN jsonb_build_object('isReleased', false, 'changed', '[]'::jsonb);
        END IF;
        -- An unknown reservation is marked as released too, in case the call that makes it is still on its way.
        INSERT INTO stock_reservation (id, status, reason) VALUES (p_id, 'RELEASED', p_reason) ON CONFLICT (id) DO NOTHING;
        IF FOUND THEN RETURN jsonb_build_object('isReleased', true, 'changed', '[]'::jsonb); END IF;
        SELECT * INTO known FROM stock_reservation WHERE id = p_id FOR UPDATE;
      END IF;
      IF known.status = 'CLAIMED' THEN RETURN jsonb_build_object('isReleased', false, 'changed', '[]'::jsonb); END IF;
      IF known.status = 'HELD' THEN
        SELECT array_agg(variant_id) INTO variants FROM stock_reservation_line WHERE reservation_id = p_id;
        PERFORM 1 FROM product_variant WHERE id = ANY (variants) ORDER BY id FOR NO KEY UPDATE;
        UPDATE product_variant v SET stock_reserved = v.stock_reserved - l.quantity
          FROM stock_reservation_line l WHERE l.reservation_id = p_id AND v.id = l.variant_id;
      END IF;
      UPDATE stock_reservation SET status = 'RELEASED', reason = p_reason, updated_at = clock_timestamp() WHERE id = p_id;
      RETURN jsonb_build_object('isReleased', true, 'changed', changed_stock(variants));
    END $$;`;
