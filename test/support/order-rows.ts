/** Copies of an order, two items each: $1 the key of a model, $2 of customers, $3 how many, $4 keys of products. */
export const COPY_ORDERS = `WITH copies AS (
  INSERT INTO "order" SELECT (jsonb_populate_record(o, jsonb_build_object('id', nextval(pg_get_serial_sequence('"order"', 'id')),
      'number', 'BENCH-' || n, 'user_id', ($2::int[])[1 + n % array_length($2::int[], 1)], 'placed_key', null, 'reservation_id', null))).*
    FROM "order" o, generate_series(1, $3::int) n WHERE o.id = $1 RETURNING id, user_id
), items AS (
  INSERT INTO order_item (order_id, product_id, variant_id, name, quantity, price, position)
    SELECT c.id, ($4::int[])[1 + (c.id + p) % array_length($4::int[], 1)], 1, 'Ware', 1, 1, p FROM copies c, generate_series(1, 2) p
), logged AS (
  INSERT INTO order_event (order_id, sequence, type, data, actor_kind) SELECT id, 1, 'PLACED', '{}', 'SYSTEM' FROM copies
) SELECT id AS key, user_id AS "userKey" FROM copies`;

/**
 * Adds to the logs of many orders in one transaction, in the form of the shop's own writer: $1 keys, $2 opaque ids, $3 opaque ids of
 * their customers, each once.
 */
export const CHANGE_ORDERS = `WITH changed AS (
  UPDATE "order" o SET version = version + 1, updated_at = clock_timestamp()
    FROM unnest($1::int[], $2::text[], $3::text[]) AS given(key, id, user_id) WHERE o.id = given.key
    RETURNING o.id AS key, given.id, given.user_id, o.number, o.status
), logged AS (
  INSERT INTO order_event (order_id, sequence, type, data, actor_kind)
    SELECT key, (SELECT max(sequence) + 1 FROM order_event e WHERE e.order_id = key), 'NOTE_ADDED', '{}', 'SYSTEM' FROM changed
    RETURNING order_id, sequence
), told AS (
  INSERT INTO outbox (type, key, touches, data)
    SELECT 'order.status_changed', id, jsonb_build_array(jsonb_build_object('type', 'Order', 'id', id), jsonb_build_object('type', 'User', 'id', user_id)),
      jsonb_build_object('orderId', id, 'userId', user_id, 'number', number, 'type', 'NOTE_ADDED', 'from', status, 'to', status, 'sequence', sequence)
    FROM changed JOIN logged ON order_id = key RETURNING id
) SELECT order_id AS key, sequence, pg_notify('outbox', '') FROM logged, (SELECT count(*) FROM told) n`;
