import type { MigrationInterface, QueryRunner } from 'typeorm';
import { openable } from '../../platform/db';
import { pgWithNamedStatements } from '../../platform/db/named-statements';
import { presentError } from '../../platform/errors';
import { createDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

class NotesItsLimits1999999999999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE noted AS SELECT current_setting('statement_timeout') AS statement_timeout`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE noted');
  }
}

describe('connections to a database', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase('product');
  });

  it('limit statements, but not migrations', async () => {
    const opened = openable({
      url: database.url,
      entities: [],
      migrations: [NotesItsLimits1999999999999],
      poolSize: 2,
      applicationName: 'test',
    });
    await opened.open();
    try {
      await Promise.all([opened.migrate(), opened.migrate()]);
      expect(await database.query('SELECT * FROM noted')).toEqual([{ statement_timeout: '0' }]);
      expect(await opened.source.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '20s' }]);
    } finally {
      await opened.close();
    }
  });

  it('are given up when the server does not answer in time: nobody gets them from the pool again', async () => {
    const pool = new pgWithNamedStatements.Pool({ connectionString: database.url, query_timeout: 300, max: 1 });
    const client = await pool.connect();
    const cut = new Promise((resolve) => client.once('error', resolve));
    await expect(client.query('SELECT pg_sleep($1)', [5])).rejects.toThrow('Query read timeout');
    await cut;
    client.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('that are lost between two statements of a transaction count as a database that is away', async () => {
    const opened = openable({ url: database.url, entities: [], migrations: [], poolSize: 1, applicationName: 'test' });
    await opened.open();
    try {
      const lost = opened.source.transaction(async (manager) => {
        const [row] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
        await database.query('SELECT pg_terminate_backend($1)', [row.pid]);
        await until(
          async () => manager.queryRunner?.isReleased,
          (isReleased) => isReleased === true,
        );
        await manager.query('SELECT 1');
      });
      const error: unknown = await lost.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(presentError(error, 'test')).toMatchObject({ formatted: { extensions: { code: 'UPSTREAM_UNAVAILABLE' } } });
    } finally {
      await opened.close();
    }
  });

  it('outlive the loss of one that somebody holds: the next statement fails, the process does not end', async () => {
    const pool = new pgWithNamedStatements.Pool({ connectionString: database.url, max: 1 });
    try {
      const held = await pool.connect();
      const { rows } = await held.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const cut = new Promise<void>((resolve) => held.once('end', resolve));
      await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await cut;
      await expect(held.query('SELECT 1')).rejects.toThrow(/terminat|not queryable|closed/i);
      held.release();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await pool.end();
    }
  });
});
