import { createHash } from 'node:crypto';
import pg from 'pg';
import { noteStatement } from './statement-counter';

const MAX_NAMES_PER_CONNECTION = 500;

/**
 * `pg` for TypeORM's `driver` option, with one change: every parameterised statement is given a name made from its
 * text, so PostgreSQL plans it once per connection. TypeORM names nothing, and planning then costs several times the
 * execution (facts: 137 of 218 ms on a list page of a peer). Names are bounded per connection; beyond the bound
 * statements go unnamed. Statements are also counted for the request that issued them.
 */
export const pgWithNamedStatements = { ...pg, Pool: poolOf(namedClient()) };

function namedClient(): typeof pg.Client {
  return class NamedStatementClient extends pg.Client {
    private readonly names = new Map<string, string>();

    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // Whoever holds it meets the cut at the next statement; a pool listens only to those that nobody holds, and an error
      // that nobody hears ends the process.
      this.on('error', () => undefined);
    }

    // pg's `query` has seven overloads; all of them pass through unchanged but for the name.
    override query(...args: unknown[]): never {
      const [first, second] = args;
      if (typeof first === 'string') {
        noteStatement(first);
        if (Array.isArray(second) && second.length > 0) {
          const name = this.nameFor(first);
          if (name !== undefined) args.splice(0, 2, { text: first, values: second, name });
        }
      } else if (isQueryConfig(first)) {
        noteStatement(first.text);
      }
      const answer: unknown = Reflect.apply(pg.Client.prototype.query, this, args);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.cutWhenHanging(error));
      return answer as never;
    }

    /** After `query_timeout` the connection still waits for its answer, and whoever got it from the pool next would too. */
    private cutWhenHanging(error: unknown): void {
      if (error instanceof Error && error.message === 'Query read timeout') this.connection.stream.destroy();
    }

    private nameFor(text: string): string | undefined {
      const known = this.names.get(text);
      if (known !== undefined || this.names.size >= MAX_NAMES_PER_CONNECTION) return known;
      const name = `s${createHash('sha1').update(text).digest('base64url')}`;
      this.names.set(text, name);
      return name;
    }
  };
}

function poolOf(client: typeof pg.Client): typeof pg.Pool {
  return class NamedStatementPool extends pg.Pool {
    constructor(config?: pg.PoolConfig) {
      super({ ...config, Client: client } as pg.PoolConfig);
    }
  };
}

function isQueryConfig(value: unknown): value is { text: string } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}
