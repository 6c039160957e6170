import type { MigrationInterface, QueryRunner } from 'typeorm';

const searchProducts = (column: string, mode: (name: string) => string): string => `
  -- Exact matches; where there are none, those of the corrected words; where those find nothing, similar names.
  CREATE FUNCTION search_products(q text, statuses text[]) RETURNS TABLE (id integer, rank integer, matched text${column})
  LANGUAGE plpgsql STABLE ROWS 200 AS $$
    DECLARE corrected text;
    BEGIN
      RETURN QUERY SELECT m.id, m.rank, q${mode('EXACT')} FROM products_matching(q) m
        JOIN product p ON p.id = m.id WHERE p.status = ANY (statuses);
      IF FOUND THEN RETURN; END IF;
      corrected := corrected_query(q);
      IF corrected IS DISTINCT FROM fold(q) THEN
        RETURN QUERY SELECT m.id, m.rank, corrected${mode('CORRECTED')} FROM products_matching(corrected) m
          JOIN product p ON p.id = m.id WHERE p.status = ANY (statuses);
        IF FOUND THEN RETURN; END IF;
      END IF;
      RETURN QUERY SELECT s.id, s.rank, q${mode('LIKE')} FROM products_like(q) s
        JOIN product p ON p.id = s.id WHERE p.status = ANY (statuses);
    END $$;`;

/** Search tells how it took the words, so that later pages of a list can keep to it. */
export class SearchMode1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION search_products; ${searchProducts(', mode text', (name) => `, '${name}'`)}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION search_products; ${searchProducts('', () => '')}`);
  }
}
