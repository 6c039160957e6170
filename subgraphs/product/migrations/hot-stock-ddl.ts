/**
 * Reservations and claims of many buyers in one call each, so that a hot variant is locked once for all of them. Locks
 * are taken in the order reservations by id (new ones first), variants by id, products by id (the trigger). Requests are
 * decided in the order given, each wholly or not at all, and the events are written here, so that a call is one round trip.
 */
export const HOT_STOCK_DDL = `
  DROP FUNCTION reserve_stock, claim_stock;

  -- The event of what a stock function changed, one for each product; changed is what changed_stock answers.
  CREATE FUNCTION tell_stock(p_cause text, p_changed jsonb) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO outbox (type, key, touches, data)
      SELECT 'stock.changed', p.product_id,
             jsonb_build_object('type', 'Product', 'id', p.product_id)
               || jsonb_agg(jsonb_build_object('type', 'ProductVariant', 'id', p.variant_id) ORDER BY p.key),
             jsonb_build_object('productId', p.product_id, 'cause', p_cause, 'variants',
               jsonb_agg(jsonb_build_object('variantId', p.variant_id, 'available', p.available, 'isSellable', p.sellable) ORDER BY p.key))
      FROM (
        SELECT c."variantId" AS key, global_id('prd', c."productId") AS product_id, global_id('var', c."variantId") AS variant_id,
               c.available, c."isSellable" AS sellable
        FROM jsonb_to_recordset(p_changed) AS c ("variantId" integer, "productId" integer, available integer, "isSellable" boolean)
      ) p
      GROUP BY p.product_id;
      IF FOUND THEN PERFORM pg_notify('outbox', ''); END IF;
    END $$;

  -- How many of each variant can be promised, in the order asked; 0 for one that is unknown or not sold. Locks them in that
  -- order: it stays true until the transaction ends.
  CREATE FUNCTION stock_left(variants integer[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
    DECLARE
      held record;
      remaining bigint[] := array_fill(0::bigint, ARRAY[cardinality(variants)]);
    BEGIN
      FOR held IN
        SELECT v.id, CASE WHEN p.status <> 'ACTIVE' THEN 0 WHEN v.is_tracked AND NOT v.allow_backorder THEN v.available
                          ELSE 1000000000000 END AS available
        FROM product_variant v JOIN product p ON p.id = v.product_id WHERE v.id = ANY (variants) ORDER BY v.id FOR NO KEY UPDATE OF v
      LOOP
        remaining[array_position(variants, held.id)] := held.available;
      END LOOP;
      RETURN remaining;
    END $$;

  -- What a reservation that is known already answers; NULL for one that expired, which is decided anew.
  CREATE FUNCTION known_reservation(p_id text, p_variants integer[], p_quantities integer[], p_until timestamptz) RETURNS jsonb
  LANGUAGE plpgsql AS $$
    DECLARE known stock_reservation;
    BEGIN
      SELECT * INTO known FROM stock_reservation WHERE id = p_id;
      -- Also a release that overtook its reservation: what was given up must not be held again.
      IF known.status = 'RELEASED' THEN RETURN jsonb_build_object('isReserved', false); END IF;
      IF known.status = 'EXPIRED' THEN RETURN NULL; END IF;
      IF EXISTS (
        (SELECT variant_id, quantity FROM stock_reservation_line WHERE reservation_id = p_id
         EXCEPT SELECT * FROM unnest(p_variants, p_quantities))
        UNION ALL
        (SELECT * FROM unnest(p_variants, p_quantities)
         EXCEPT SELECT variant_id, quantity FROM stock_reservation_line WHERE reservation_id = p_id)
      ) THEN
        RETURN jsonb_build_object('isReserved', false, 'isOther', true);
      END IF;
      -- Over, but not swept yet: nobody else has had the stock.
      IF known.status = 'HELD' AND known.expires_at < clock_timestamp() THEN
        UPDATE stock_reservation SET expires_at = p_until WHERE id = p_id;
        known.expires_at := p_until;
      END IF;
      RETURN jsonb_build_object('isReserved', true, 'expiresAt', known.expires_at);
    END $$;

  -- Raises stock_reserved by the lines of reservations and answers what changed. Looks again, whatever was decided before.
  CREATE FUNCTION raise_reserved(p_held text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
    DECLARE wanted integer; changed jsonb;
    BEGIN
      WITH t AS MATERIALIZED (
        SELECT variant_id, sum(quantity)::integer AS quantity FROM stock_reservation_line WHERE reservation_id = ANY (p_held) GROUP BY variant_id
      ), raised AS (
        UPDATE product_variant v SET stock_reserved = v.stock_reserved + t.quantity FROM t
        WHERE v.id = t.variant_id
          AND (NOT v.is_tracked OR v.allow_backorder OR v.stock_on_hand - v.stock_reserved >= t.quantity)
        RETURNING v.id, v.product_id, v.available, v.is_sellable
      )
      SELECT (SELECT count(*) FROM t), jsonb_agg(jsonb_build_object('variantId', id, 'productId', product_id, 'available', available,
                                                                    'isSellable', is_sellable) ORDER BY id)
        INTO wanted, changed FROM raised;
      IF wanted <> coalesce(jsonb_array_length(changed), 0) THEN RAISE EXCEPTION 'stock changed under a lock'; END IF;
      RETURN changed;
    END $$;

  -- Writes down what was decided: p_held are the ids that got their lines, p_revived those of them that had expired.
  CREATE FUNCTION hold_reservations(p_requests jsonb, p_held text[], p_revived text[], p_begun timestamptz) RETURNS void
  LANGUAGE plpgsql AS $$
    BEGIN
      IF cardinality(p_revived) > 0 THEN
        DELETE FROM stock_reservation_line WHERE reservation_id = ANY (p_revived);
        UPDATE stock_reservation s SET status = 'HELD', updated_at = clock_timestamp(), expires_at = p_begun + make_interval(secs => r.seconds)
          FROM jsonb_to_recordset(p_requests) AS r (id text, seconds integer) WHERE s.id = r.id AND s.id = ANY (p_revived);
      END IF;
      INSERT INTO stock_reservation_line (reservation_id, variant_id, quantity)
        SELECT r.id, l.variant_id, l.quantity
        FROM jsonb_to_recordset(p_requests) AS r (id text, variants integer[], quantities integer[]),
          unnest(r.variants, r.quantities) AS l (variant_id, quantity)
        WHERE r.id = ANY (p_held);
      PERFORM tell_stock('RESERVED', raise_reserved(p_held));
    END $$;

  -- p_requests: [{ id, seconds, variants, quantities }], ids and the variants of a request distinct. Answers in their order.
  CREATE FUNCTION reserve_stock_many(p_requests jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
    DECLARE
      begun timestamptz := clock_timestamp();
      fresh text[];
      wanted integer[];
      remaining bigint[];
      place integer;
      asked record;
      short jsonb;
      answer jsonb;
      answers jsonb[] := '{}';
      held text[] := '{}';
      refused text[] := '{}';
    BEGIN
      WITH entered AS (
        INSERT INTO stock_reservation (id, status, expires_at)
          SELECT r.id, 'HELD', begun + make_interval(secs => r.seconds)
          FROM jsonb_to_recordset(p_requests) AS r (id text, seconds integer) ORDER BY r.id
        ON CONFLICT (id) DO NOTHING RETURNING id
      ) SELECT coalesce(array_agg(id), '{}') INTO fresh FROM entered;
      IF cardinality(fresh) < jsonb_array_length(p_requests) THEN
        PERFORM 1 FROM stock_reservation s WHERE s.id IN (SELECT r.id FROM jsonb_to_recordset(p_requests) AS r (id text))
          ORDER BY s.id FOR UPDATE;
      END IF;
      wanted := ARRAY(SELECT DISTINCT l FROM jsonb_to_recordset(p_requests) AS r (variants integer[]), unnest(r.variants) AS l ORDER BY l);
      remaining := stock_left(wanted);
      FOR asked IN
        SELECT r.* FROM ROWS FROM (jsonb_to_recordset(p_requests) AS (id text, seconds integer, variants integer[], quantities integer[]))
          WITH ORDINALITY AS r (id, seconds, variants, quantities, n) ORDER BY n
      LOOP
        answer := NULL;
        IF NOT asked.id = ANY (fresh) THEN
          answer := known_reservation(asked.id, asked.variants, asked.quantities, begun + make_interval(secs => asked.seconds));
        END IF;
        IF answer IS NULL THEN
          SELECT jsonb_agg(jsonb_build_object('variantId', l.variant_id, 'available', remaining[array_position(wanted, l.variant_id)]))
            INTO short FROM unnest(asked.variants, asked.quantities) AS l (variant_id, quantity)
            WHERE remaining[array_position(wanted, l.variant_id)] < l.quantity;
          IF short IS NULL THEN
            FOR at IN 1..cardinality(asked.variants) LOOP
              place := array_position(wanted, asked.variants[at]);
              remaining[place] := remaining[place] - asked.quantities[at];
            END LOOP;
            held := held || asked.id;
            answer := jsonb_build_object('isReserved', true, 'expiresAt', begun + make_interval(secs => asked.seconds));
          ELSE
            refused := refused || asked.id;
            answer := jsonb_build_object('isReserved', false, 'shortages', short);
          END IF;
        END IF;
        answers := answers || answer;
      END LOOP;
      IF cardinality(refused) > 0 THEN
        DELETE FROM stock_reservation WHERE id = ANY (refused) AND id = ANY (fresh);
      END IF;
      IF cardinality(held) > 0 THEN
        PERFORM hold_reservations(p_requests, held, ARRAY(SELECT unnest(held) EXCEPT SELECT unnest(fresh)), begun);
      END IF;
      RETURN to_jsonb(answers);
    END $$;

  -- Turns reservations into sales; ids distinct. Answers in their order which of them are sold, now or before.
  CREATE FUNCTION claim_stock_many(p_ids text[]) RETURNS boolean[] LANGUAGE plpgsql AS $$
    DECLARE due text[]; expired record; changed jsonb;
    BEGIN
      PERFORM 1 FROM stock_reservation WHERE id = ANY (p_ids) ORDER BY id FOR UPDATE;
      due := ARRAY(SELECT id FROM stock_reservation WHERE id = ANY (p_ids) AND status = 'HELD');
      PERFORM 1 FROM product_variant WHERE id IN (
        SELECT l.variant_id FROM stock_reservation_line l JOIN stock_reservation r ON r.id = l.reservation_id
        WHERE r.id = ANY (p_ids) AND r.status IN ('HELD', 'EXPIRED')) ORDER BY id FOR NO KEY UPDATE;
      -- Expired: others may have taken the stock meanwhile, so it is held anew or not at all.
      FOR expired IN
        SELECT r.id, array_agg(l.variant_id ORDER BY l.variant_id) AS variants, array_agg(l.quantity ORDER BY l.variant_id) AS quantities
        FROM stock_reservation r JOIN stock_reservation_line l ON l.reservation_id = r.id
        WHERE r.id = ANY (p_ids) AND r.status = 'EXPIRED' GROUP BY r.id ORDER BY array_position(p_ids, r.id)
      LOOP
        IF hold_lines(expired.variants, expired.quantities) IS NULL THEN due := due || expired.id; END IF;
      END LOOP;
      IF cardinality(due) > 0 THEN
        WITH sold AS (
          UPDATE product_variant v SET stock_on_hand = v.stock_on_hand - t.quantity, stock_reserved = v.stock_reserved - t.quantity
          FROM (SELECT variant_id, sum(quantity)::integer AS quantity FROM stock_reservation_line
                WHERE reservation_id = ANY (due) GROUP BY variant_id) t
          WHERE v.id = t.variant_id RETURNING v.id, v.product_id, v.available, v.is_sellable
        )
        SELECT jsonb_agg(jsonb_build_object('variantId', id, 'productId', product_id, 'available', available,
                                            'isSellable', is_sellable) ORDER BY id) INTO changed FROM sold;
        INSERT INTO stock_movement (variant_id, quantity, kind, reason, reference)
          SELECT variant_id, -quantity, 'SALE', 'sold', reservation_id FROM stock_reservation_line
          WHERE reservation_id = ANY (due) ORDER BY array_position(p_ids, reservation_id), variant_id;
        UPDATE stock_reservation SET status = 'CLAIMED', updated_at = clock_timestamp() WHERE id = ANY (due);
        PERFORM tell_stock('CLAIMED', changed);
      END IF;
      RETURN ARRAY(SELECT coalesce(r.status = 'CLAIMED', false)
                   FROM unnest(p_ids) WITH ORDINALITY AS a (id, n) LEFT JOIN stock_reservation r ON r.id = a.id ORDER BY a.n);
    END $$;

  -- Their statements look rows up by key: planning them for each call's own keys costs more than running them.
  ALTER FUNCTION reserve_stock_many SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION claim_stock_many SET plan_cache_mode = force_generic_plan;`;
