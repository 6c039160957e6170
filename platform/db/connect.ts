import { DataSource, type DataSourceOptions, type EntityManager, type MixedList } from 'typeorm';
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
  /** Brings the database to the newest migration; concurrent callers wait for one another. */
  migrate(): Promise<void>;
  /** Rejects while the database does not answer. */
  checkReady(): Promise<void>;
  close(): Promise<void>;
}

/** A subgraph's database: TypeORM over `pg` with named statements, migrations only (`synchronize` is never on). */
export function openable(options: DatabaseOptions): OpenableDatabase {
  const settings: DataSourceOptions = {
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
    connectTimeoutMS: 10_000,
    extra: { idleTimeoutMillis: 30_000, statement_timeout: 20_000 },
    // The pool drops a connection that broke and makes a new one; the query that met it fails by itself.
    poolErrorHandler: () => undefined,
    installExtensions: false,
  };
  const source = new DataSource(settings);
  return {
    source,
    open: async () => void (await source.initialize()),
    migrate: () => migrate(source),
    checkReady: async () => void (await source.query('SELECT 1')),
    close: async () => {
      if (source.isInitialized) await source.destroy();
    },
  };
}

async function migrate(dataSource: DataSource): Promise<void> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock(724021)');
    await dataSource.runMigrations();
  } finally {
    await lock.query('SELECT pg_advisory_unlock(724021)').catch(() => undefined);
    await lock.release();
  }
}

/**
 * Runs `work` in one transaction. Inside, `tx` is the only handle to use: what goes through another connection would
 * neither see nor join the transaction. Throwing rolls back.
 */
export function inTransaction<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return dataSource.transaction(work);
}
