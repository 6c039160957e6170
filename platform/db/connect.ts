import pg from 'pg';
import { DataSource, type EntityManager, type MixedList } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { pgWithNamedStatements } from './named-statements';

export interface DatabaseOptions {
  /** `postgres://` URL of a database that belongs to one subgraph alone. */
  readonly url: string;
  readonly entities: MixedList<Function>;
  readonly migrations: MixedList<Function>;
  readonly poolSize: number;
  readonly applicationName: string;
}

/** A database that is constructed now and connected later, so that services can be wired before anything is opened. */
export interface OpenableDatabase {
  readonly source: DataSource;
  /** @throws when the database cannot be reached within ten seconds */
  open(): Promise<void>;
  /**
   * Brings the database to the newest migration; concurrent callers wait for one another. `first` runs before the
   * migrations, for tables that a package brings.
   */
  migrate(first?: MigrationStep): Promise<void>;
  /** Rejects while the database does not answer. */
  checkReady(): Promise<void>;
  close(): Promise<void>;
}

/** Part of a migration that is no migration file; without parameters a statement may be a script. */
export type MigrationStep = (query: (sql: string, parameters?: unknown[]) => Promise<unknown>) => Promise<void>;

const STATEMENT_TIMEOUT_MS = 20_000;
/** Ours to notice: a server that hangs ends no statement. Later than the server's own, whose error says more. */
const ANSWER_TIMEOUT_MS = 25_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** A subgraph's database: TypeORM over `pg` with named statements, migrations only (`synchronize` is never on). */
export function openable(options: DatabaseOptions): OpenableDatabase {
  const settings: PostgresDataSourceOptions = {
    type: 'postgres',
    url: options.url,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    driver: pgWithNamedStatements,
    poolSize: options.poolSize,
    applicationName: options.applicationName,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
    },
    // The pool drops a connection that broke and makes a new one; the query that met it fails by itself.
    poolErrorHandler: () => undefined,
    installExtensions: false,
  };
  const source = new DataSource(settings);
  return {
    source,
    open: async () => void (await source.initialize()),
    migrate: (first) => migrate(settings, first),
    checkReady: async () => void (await source.query('SELECT 1')),
    close: async () => {
      if (source.isInitialized) await source.destroy();
    },
  };
}

/** Over connections of its own without time limits: an index takes as long as it takes, and so does the wait for it. */
async function migrate(settings: PostgresDataSourceOptions, first?: MigrationStep): Promise<void> {
  const source = new DataSource({ ...settings, entities: [], poolSize: 2, extra: { keepAlive: true } });
  await source.initialize();
  try {
    // Ends with its connection.
    const runner = source.createQueryRunner();
    await runner.query('SELECT pg_advisory_lock(724021)');
    await first?.((sql, parameters) => runner.query(sql, parameters));
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

/**
 * A client for what needs a connection of its own, such as LISTEN; not yet connected. It gives up on a server that
 * does not answer, after which it is of no more use: end it, and make another.
 */
export function dedicatedClient(url: string, applicationName: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  // A cut is seen by the query that meets it; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

/**
 * Runs `work` in one transaction. Inside, `tx` is the only handle to use: what goes through another connection would
 * neither see nor join the transaction. Throwing rolls back.
 */
export function inTransaction<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return dataSource.transaction(work);
}
