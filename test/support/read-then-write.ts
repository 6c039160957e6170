/**
 * The mistake that most shops make, for controls: stock is read, and written a moment later without looking again. It is
 * put into the product database, where it replaces what a reservation looks at and what it writes.
 */
export const READ_THEN_WRITE = `
  ALTER TABLE product_variant DROP CONSTRAINT product_variant_never_oversold;
  CREATE OR REPLACE FUNCTION stock_left(variants integer[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
    DECLARE found bigint[];
    BEGIN
      found := ARRAY(SELECT v.available FROM unnest(variants) WITH ORDINALITY AS w (id, n) JOIN product_variant v ON v.id = w.id ORDER BY w.n);
      PERFORM pg_sleep(0.2);
      RETURN found;
    END $$;
  CREATE OR REPLACE FUNCTION raise_reserved(p_held text[]) RETURNS jsonb LANGUAGE sql AS $$
    WITH raised AS (
      UPDATE product_variant v SET stock_reserved = v.stock_reserved + t.quantity
        FROM (SELECT variant_id, sum(quantity)::integer AS quantity FROM stock_reservation_line
              WHERE reservation_id = ANY (p_held) GROUP BY variant_id) t
        WHERE v.id = t.variant_id RETURNING v.id, v.product_id, v.available, v.is_sellable
    )
    SELECT jsonb_agg(jsonb_build_object('variantId', id, 'productId', product_id, 'available', available, 'isSellable', is_sellable))
    FROM raised $$`;
