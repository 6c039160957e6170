import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The words that the shop knows, and search that corrects what it does not know. */
export class Search1764000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

      -- Words of names, vendors and types. None is ever removed: a word that no product has any more only costs a vain try.
      CREATE TABLE search_word (word text PRIMARY KEY);
      CREATE FUNCTION learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          -- In order, so that two bulk loads do not wait for each other's words crosswise.
          INSERT INTO search_word (word)
            SELECT DISTINCT w FROM written, regexp_split_to_table(search_name, '[^[:alnum:]]+') AS w
            WHERE length(w) BETWEEN 3 AND 40 AND w !~ '^[0-9]+$' ORDER BY w
          ON CONFLICT DO NOTHING;
          RETURN NULL;
        END $$;
      CREATE TRIGGER product_words_inserted AFTER INSERT ON product
        REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION learn_words();
      CREATE FUNCTION learn_new_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO search_word (word)
            SELECT DISTINCT w FROM regexp_split_to_table(NEW.search_name, '[^[:alnum:]]+') AS w
            WHERE length(w) BETWEEN 3 AND 40 AND w !~ '^[0-9]+$' ORDER BY w
          ON CONFLICT DO NOTHING;
          RETURN NULL;
        END $$;
      -- By row, since a trigger with a transition table cannot name columns and would run at every sale.
      CREATE TRIGGER product_words_updated AFTER UPDATE OF name, vendor, product_type ON product
        FOR EACH ROW WHEN (OLD.search_name IS DISTINCT FROM NEW.search_name) EXECUTE FUNCTION learn_new_words();
      INSERT INTO search_word (word)
        SELECT DISTINCT w FROM product, regexp_split_to_table(search_name, '[^[:alnum:]]+') AS w
        WHERE length(w) BETWEEN 3 AND 40 AND w !~ '^[0-9]+$';

      -- Replaces each unknown word of 4 letters or more by the nearest known one: 1 letter away, or 2 from 6 letters on.
      CREATE FUNCTION corrected_query(q text) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT string_agg(coalesce(nearest.word, asked.word), ' ' ORDER BY asked.at)
        FROM regexp_split_to_table(fold(q), '[^[:alnum:]]+') WITH ORDINALITY AS asked (word, at)
          LEFT JOIN LATERAL (
            SELECT s.word FROM search_word s
            WHERE length(asked.word) BETWEEN 4 AND 40
              AND length(s.word) BETWEEN length(asked.word) - 2 AND length(asked.word) + 2
              AND levenshtein_less_equal(s.word, asked.word, 2) <= CASE WHEN length(asked.word) >= 6 THEN 2 ELSE 1 END
            ORDER BY levenshtein_less_equal(s.word, asked.word, 2), similarity(s.word, asked.word) DESC, s.word
            LIMIT 1
          ) nearest ON true
        WHERE asked.word <> '' $$;

      CREATE FUNCTION products_like(q text) RETURNS TABLE (id integer, rank integer) LANGUAGE sql STABLE
        SET pg_trgm.word_similarity_threshold = 0.45 AS $$
          SELECT p.id, (word_similarity(fold(q), p.search_name) * 1000)::integer FROM product p WHERE fold(q) <% p.search_name $$;

      CREATE FUNCTION products_matching(q text) RETURNS TABLE (id integer, rank integer) LANGUAGE sql STABLE AS $$
        SELECT hit.id, max(hit.rank) FROM (
          SELECT p.id, (ts_rank(p.search, words) * 10000)::integer AS rank
            FROM websearch_to_tsquery('public.shop', q) words, product p WHERE p.search @@ words
          UNION ALL
          SELECT v.product_id, 100000 FROM product_variant v WHERE fold(v.sku) = fold(btrim(q))
        ) hit GROUP BY hit.id $$;

      -- Exact matches; where there are none, those of the corrected words; where those find nothing, similar names.
      CREATE FUNCTION search_products(q text, statuses text[]) RETURNS TABLE (id integer, rank integer, matched text)
      LANGUAGE plpgsql STABLE ROWS 200 AS $$
        DECLARE corrected text;
        BEGIN
          RETURN QUERY SELECT m.id, m.rank, q FROM products_matching(q) m JOIN product p ON p.id = m.id WHERE p.status = ANY (statuses);
          IF FOUND THEN RETURN; END IF;
          corrected := corrected_query(q);
          IF corrected IS DISTINCT FROM fold(q) THEN
            RETURN QUERY SELECT m.id, m.rank, corrected FROM products_matching(corrected) m
              JOIN product p ON p.id = m.id WHERE p.status = ANY (statuses);
            IF FOUND THEN RETURN; END IF;
          END IF;
          RETURN QUERY SELECT s.id, s.rank, q FROM products_like(q) s JOIN product p ON p.id = s.id WHERE p.status = ANY (statuses);
        END $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION search_products, products_matching, products_like, corrected_query;
      DROP TRIGGER product_words_inserted ON product;
      DROP TRIGGER product_words_updated ON product;
      DROP FUNCTION learn_words, learn_new_words;
      DROP TABLE search_word;
      DROP EXTENSION fuzzystrmatch`);
  }
}
