/**
 * `global_id('prd', 1)`: {@link globalId} in SQL, by prefix, for functions that write events themselves. Both never
 * change for a given type and key, and a test compares them.
 */
export const GLOBAL_ID_DDL = `
  CREATE FUNCTION global_id(prefix text, key integer) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
      salt bigint := (ascii(prefix) << 16) | (ascii(substr(prefix, 2)) << 8) | ascii(substr(prefix, 3));
      round_key bigint;
      upper_half bigint := key / 16777216;
      lower_half bigint := key % 16777216;
      mixed bigint;
      scrambled bigint;
      digits text := '';
    BEGIN
      FOREACH round_key IN ARRAY ARRAY[6017513, 3960563, 10368889, 8342140]::bigint[] LOOP
        -- Multiplied as unsigned 32 bits.
        mixed := ((lower_half # (round_key # salt)) * 739982445) & 4294967295;
        mixed := ((mixed # (mixed >> 15)) >> 4) & 16777215;
        mixed := upper_half # mixed;
        upper_half := lower_half;
        lower_half := mixed;
      END LOOP;
      scrambled := upper_half * 16777216 + lower_half;
      FOR at IN 1..9 LOOP
        digits := substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', (scrambled % 62)::integer + 1, 1) || digits;
        scrambled := scrambled / 62;
      END LOOP;
      RETURN prefix || '_' || digits;
    END $$;`;
