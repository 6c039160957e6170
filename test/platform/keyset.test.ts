import fc from 'fast-check';
import pg from 'pg';
import { keysetPage, keysetSql, type KeysetRequest, type SortColumn } from '../../platform/db';
import { createDatabase } from '../support/database';

const SORTS: Record<string, SortColumn[]> = {
  byRank: [
    { sql: 'rank', direction: 'DESC', type: 'integer' },
    { sql: 'id', direction: 'DESC', type: 'integer' },
  ],
  byName: [
    { sql: 'name', direction: 'ASC', type: 'text' },
    { sql: 'id', direction: 'ASC', type: 'integer' },
  ],
  mixed: [
    { sql: 'rank', direction: 'DESC', type: 'integer' },
    { sql: 'made_at', direction: 'ASC', type: 'timestamptz' },
    { sql: 'id', direction: 'ASC', type: 'integer' },
  ],
};

type Row = { id: number; cursor_values: string[] };

describe('keyset pages', () => {
  let client: pg.Client;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: (await createDatabase('product')).url });
    await client.connect();
    await client.query(`CREATE TABLE row AS
      SELECT id, (id * 7919 % 5)::int AS rank, 'n' || (id * 31 % 10) AS name, now() + (id % 4) * interval '1 hour' AS made_at
      FROM generate_series(1, 57) id`);
  });

  afterAll(() => client.end());

  const read = async (request: KeysetRequest) => {
    const sql = keysetSql(request, 1);
    const { rows } = await client.query<Row>(
      `SELECT id, ${sql.cursorValues} AS cursor_values FROM row WHERE ${sql.where} ORDER BY ${sql.orderBy} LIMIT ${sql.limit}`,
      [...sql.parameters],
    );
    return keysetPage(request, rows);
  };

  const readAll = async (sort: readonly SortColumn[], limit: number, backward: boolean): Promise<number[]> => {
    const ids: number[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { edges, pageInfo } = await read({ sort, list: 'all', cursor, backward, limit });
      const page = edges.map(({ node }) => node.id);
      if (backward) ids.unshift(...page);
      else ids.push(...page);
      more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
      cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
    }
    return ids;
  };

  it.each(Object.keys(SORTS))('sorted %s, in pages of any size and direction, give the whole list once', async (name) => {
    const sort = SORTS[name] ?? [];
    const orderBy = sort.map(({ sql, direction }) => `${sql} ${direction}`).join(', ');
    const { rows } = await client.query<Row>(`SELECT id FROM row ORDER BY ${orderBy}`);
    const whole = rows.map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.boolean(), async (limit, backward) => {
        expect(await readAll(sort, limit, backward)).toEqual(whole);
      }),
      { numRuns: 12 },
    );
  });

  it('refuse a cursor of another sort or filter, and a forged one, without asking PostgreSQL', async () => {
    const sort = SORTS['byRank'] ?? [];
    const first = await read({ sort, list: 'all', cursor: null, backward: false, limit: 5 });
    const cursor = first.pageInfo.endCursor;
    const codeOf = (request: Partial<KeysetRequest>): unknown => {
      try {
        return keysetSql({ sort, list: 'all', cursor, backward: false, limit: 5, ...request }, 1) && null;
      } catch (error) {
        return (error as { details: { reason: string } }).details.reason;
      }
    };
    expect(codeOf({})).toBeNull();
    expect(codeOf({ list: 'another' })).toBe('CURSOR_OF_ANOTHER_LIST');
    expect(codeOf({ sort: SORTS['byName'] ?? [] })).toBe('CURSOR_OF_ANOTHER_LIST');
    expect(codeOf({ cursor: 'nonsense' })).toBe('MALFORMED_CURSOR');
    const parts = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as string[];
    const forged = (values: unknown[]): string => Buffer.from(JSON.stringify([parts[0], ...values])).toString('base64url');
    for (const values of [['1; DROP TABLE row', '1'], ['1'], ['1', '1', '1'], [1, 2], ['99999999999', '1'], ['1', null]]) {
      expect(codeOf({ cursor: forged(values) })).toBe('MALFORMED_CURSOR');
    }
  });

  it.each<[SortColumn['type'], string[], string[]]>([
    [
      'timestamptz',
      [
        '1',
        '2026-02-30 00:00:00+00',
        '2026-01-01 24:10:00+00',
        '2026-01-01 00:00:00+00:99',
        '2026-13-01 00:00:00+00',
        '0000-01-01 00:00:00+00',
        'Jan 1',
      ],
      ['2026-11-22 19:30:00.123456+00', '2024-02-29 23:59:59-03:30', '0001-01-01 00:00:00+00'],
    ],
    ['real', ['1e99', '-1e39', '1e-60', 'NaN', '.'], ['0.0303964', '1e-05', '3.3e+38', '0', '-0']],
  ])('take of %s only what casts', async (type, refused, taken) => {
    const sort: SortColumn[] = [{ sql: 'x', direction: 'ASC', type }];
    const { endCursor } = keysetPage({ sort, list: 1, cursor: null, backward: false, limit: 1 }, [
      { cursor_values: ['x'] },
    ]).pageInfo;
    const [print] = JSON.parse(Buffer.from(endCursor ?? '', 'base64url').toString()) as string[];
    const ask = (value: string) => {
      const cursor = Buffer.from(JSON.stringify([print, value])).toString('base64url');
      return keysetSql({ sort, list: 1, cursor, backward: false, limit: 1 }, 1);
    };
    for (const value of refused) expect(() => ask(value)).toThrow('malformed');
    for (const value of taken) {
      expect(ask(value).parameters).toEqual([value]);
      await client.query(`SELECT $1::text::${type}`, [value]);
    }
  });
});
