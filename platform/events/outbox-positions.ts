/**
 * Makes the outbox a log: every event gets a position, 1, 2, 3 and so on, once it is committed. For a migration of each
 * subgraph; what the outbox holds already gets its positions in the order of its ids.
 *
 * `outbox_head` is one row: the `last` position given, the last that was `told` to the bus, and the `floor`, the last that
 * was swept away. It outlives the rows, so that no position is ever given twice. `outbox_key` finds the events of a key after
 * a position; it is written with the position, not with the event, so that no writer pays for it.
 */
export const OUTBOX_POSITIONS_DDL = `
  CREATE FUNCTION outbox_keys(p_type text, p_key text, p_touches jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT p_key UNION SELECT split_part(p_type, '.', 1) || '.*' UNION SELECT t->>'id' FROM jsonb_array_elements(p_touches) t $$;

  ALTER TABLE outbox ADD COLUMN position bigint;
  CREATE TABLE outbox_head (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    last bigint NOT NULL DEFAULT 0,
    told bigint NOT NULL DEFAULT 0,
    floor bigint NOT NULL DEFAULT 0,
    CHECK (floor <= told AND told <= last)
  ) WITH (fillfactor = 10);
  CREATE TABLE outbox_key (key text COLLATE "C", position bigint, PRIMARY KEY (key, position));

  UPDATE outbox o SET position = n.position
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS position FROM outbox) n WHERE n.id = o.id;
  INSERT INTO outbox_head (last, told)
    SELECT count(*), coalesce(min(position) FILTER (WHERE relayed_at IS NULL) - 1, count(*)) FROM outbox;
  INSERT INTO outbox_key SELECT k, position FROM outbox, outbox_keys(type, key, touches) k;
  DROP INDEX outbox_unrelayed;
  ALTER TABLE outbox DROP COLUMN relayed_at;
  CREATE UNIQUE INDEX outbox_position ON outbox (position);
  CREATE INDEX outbox_unplaced ON outbox (id) WHERE position IS NULL;

  -- Notes how far the bus was told, gives positions to what was committed since, and answers what is to be told next.
  CREATE FUNCTION next_of_outbox(p_told bigint, p_limit integer) RETURNS SETOF outbox LANGUAGE plpgsql AS $$
    DECLARE head outbox_head; placed integer;
    BEGIN
      SELECT * INTO head FROM outbox_head FOR UPDATE;
      WITH next AS (
        SELECT id, head.last + row_number() OVER (ORDER BY id) AS position
        FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT p_limit) waiting
      ), given AS (
        UPDATE outbox o SET position = next.position FROM next WHERE o.id = next.id RETURNING o.position, o.type, o.key, o.touches
      ), keyed AS (
        INSERT INTO outbox_key SELECT k, given.position FROM given, outbox_keys(given.type, given.key, given.touches) k
      )
      SELECT count(*) INTO placed FROM given;
      IF placed > 0 OR head.told <> p_told THEN
        UPDATE outbox_head SET last = head.last + placed, told = p_told;
      END IF;
      -- A position must be on disk before anybody hears of it; how far the bus was told may be told again.
      IF placed = 0 THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;
      RETURN QUERY SELECT * FROM outbox WHERE position > p_told ORDER BY position LIMIT p_limit;
    END $$;

  -- Sweeps old events away, the oldest first; answers how many.
  CREATE FUNCTION sweep_outbox(p_before timestamptz, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE head outbox_head; cut bigint; swept integer;
    BEGIN
      SELECT * INTO head FROM outbox_head FOR UPDATE;
      SELECT max(position) INTO cut
        FROM (SELECT position, created_at FROM outbox WHERE position > head.floor ORDER BY position LIMIT p_limit) oldest
        WHERE created_at < p_before AND position <= head.told;
      IF cut IS NULL THEN RETURN 0; END IF;
      WITH gone AS (
        DELETE FROM outbox WHERE position <= cut RETURNING position, type, key, touches
      ), unkeyed AS (
        DELETE FROM outbox_key k USING (SELECT g.position, outbox_keys(g.type, g.key, g.touches) AS key FROM gone g) g
        WHERE k.key = g.key AND k.position = g.position
      )
      SELECT count(*) INTO swept FROM gone;
      UPDATE outbox_head SET floor = cut;
      RETURN swept;
    END $$;`;

/** Takes positions away again; `relayed_at` says what was told. */
export const OUTBOX_WITHOUT_POSITIONS_DDL = `
  ALTER TABLE outbox ADD COLUMN relayed_at timestamptz;
  UPDATE outbox SET relayed_at = now() WHERE position <= (SELECT told FROM outbox_head);
  DROP FUNCTION next_of_outbox, sweep_outbox;
  DROP TABLE outbox_head, outbox_key;
  DROP FUNCTION outbox_keys;
  ALTER TABLE outbox DROP COLUMN position;
  CREATE INDEX outbox_unrelayed ON outbox (id) WHERE relayed_at IS NULL;`;
