import { Any, IsNull, type DataSource, type EntityManager } from 'typeorm';
import type { Role } from '../../../platform/auth';
import type { CacheStore } from '../../../platform/cache';
import { inTransaction } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { recordEvents } from '../../../platform/events';
import { failed, succeeded, type Outcome } from '../outcome';
import { readLine } from '../text-input';
import { createAccountCache, type AccountCache } from './account.cache';
import { User } from './account.entity';
import { AccountVersionConflict } from './account.errors';
import { accountChanged } from './account.events';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export interface Credentials {
  readonly id: number;
  readonly email: string;
  readonly roles: Role[];
  readonly disabledAt: Date | null;
  readonly passwordHash: string | null;
}

/** Reads accounts, opens them and changes what their owners may change. */
export class AccountService {
  private readonly cache: AccountCache;

  constructor(
    private readonly database: DataSource,
    store: CacheStore,
  ) {
    this.cache = createAccountCache(store, (keys) =>
      this.database.getRepository(User).findBy({ id: Any([...keys]), erasedAt: IsNull() }),
    );
  }

  /** In the order of `keys`; `null` for one that does not exist or was erased. */
  async byKeys(keys: readonly number[]): Promise<(User | null)[]> {
    const found = await this.cache.getMany(keys);
    return found.map((user) => user ?? null);
  }

  /** The account as the database has it now, past the cache. @throws UNAUTHENTICATED when it is gone */
  async current(userKey: number, manager: EntityManager = this.database.manager): Promise<User> {
    const user = await manager.getRepository(User).findOneBy({ id: userKey, erasedAt: IsNull() });
    if (!user) throw new AppError('UNAUTHENTICATED', 'This account does not exist any more');
    return user;
  }

  async credentialsByEmail(email: string, manager: EntityManager = this.database.manager): Promise<Credentials | null> {
    const [found] = await manager.query<Credentials[]>(`${CREDENTIALS} WHERE lower(email) = lower($1) AND erased_at IS NULL`, [
      email,
    ]);
    return found ?? null;
  }

  async credentialsByKey(userKey: number, manager: EntityManager = this.database.manager): Promise<Credentials | null> {
    const [found] = await manager.query<Credentials[]>(`${CREDENTIALS} WHERE id = $1 AND erased_at IS NULL`, [userKey]);
    return found ?? null;
  }

  /** The new account's key, or `null` when the address is taken, also when it is taken at this very moment. */
  async create(tx: EntityManager, account: NewAccount): Promise<number | null> {
    const [created] = await tx.query<{ id: number }[]>(
      `INSERT INTO "user" (email, name, password_hash) VALUES ($1, $2, $3) ON CONFLICT ((lower(email))) DO NOTHING RETURNING id`,
      [account.email, account.name, account.passwordHash],
    );
    return created?.id ?? null;
  }

  async updateProfile(
    userKey: number,
    change: { name: string; expectedVersion?: number | null },
  ): Promise<Outcome<{ user: User }, AccountVersionConflict>> {
    const name = readLine(change.name, 'input.name', 1, 200);
    const isChanged = await inTransaction(this.database, async (tx) => {
      const expected = typeof change.expectedVersion === 'number' ? { version: change.expectedVersion } : {};
      const { affected } = await tx.getRepository(User).update({ id: userKey, erasedAt: IsNull(), ...expected }, { name });
      if (affected === 1) await recordEvents(tx, [accountChanged(userKey)]);
      return affected === 1;
    });
    if (isChanged) await this.forget([userKey]);
    const user = await this.current(userKey);
    return isChanged ? succeeded({ user }) : failed(AccountVersionConflict.of(user));
  }

  /** With `replacing`, only where that is still the hash: two changes at once must not undo each other. Answers whether it did. */
  async setPasswordHash(manager: EntityManager, userKey: number, passwordHash: string, replacing?: string): Promise<boolean> {
    const known = replacing === undefined ? {} : { passwordHash: replacing };
    const { affected } = await manager.getRepository(User).update({ id: userKey, ...known }, { passwordHash });
    return affected === 1;
  }

  /** Gives the account another, proven address; `false` when somebody has it already. */
  async setEmail(tx: EntityManager, userKey: number, email: string): Promise<boolean> {
    try {
      // A savepoint: when the unique index refuses, the rest of the transaction still stands.
      await tx.transaction((inner) => inner.getRepository(User).update({ id: userKey }, { email, emailVerifiedAt: new Date() }));
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  /** Notes that `email` is proven, if it is still the account's; answers whether it is. */
  async markVerified(tx: EntityManager, userKey: number, email: string): Promise<boolean> {
    const [current] = await tx.query<{ isVerified: boolean }[]>(
      `SELECT email_verified_at IS NOT NULL AS "isVerified" FROM "user" WHERE id = $1 AND lower(email) = lower($2) AND erased_at IS NULL FOR NO KEY UPDATE`,
      [userKey, email],
    );
    if (current && !current.isVerified) await tx.getRepository(User).update({ id: userKey }, { emailVerifiedAt: new Date() });
    return current !== undefined;
  }

  /**
   * Whether the shop would still have an administrator without this one. Locks all of them, in order, so that two who
   * leave at the same moment cannot both count on the other.
   */
  async hasOtherAdmin(tx: EntityManager, userKey: number): Promise<boolean> {
    const admins = await tx.query<{ id: number; isOpen: boolean }[]>(
      `SELECT id, disabled_at IS NULL AS "isOpen" FROM "user" WHERE roles @> '{ADMIN}' ORDER BY id FOR NO KEY UPDATE`,
    );
    return admins.some(({ id, isOpen }) => isOpen && id !== userKey);
  }

  /**
   * Takes everything personal out of the account and keeps the row, because orders refer to its id. `null` when it was
   * the last administrator; otherwise the address to say good-bye to.
   */
  async erase(tx: EntityManager, userKey: number): Promise<{ email: string; name: string } | null> {
    const user = await this.current(userKey, tx);
    if (user.roles.includes('ADMIN') && !(await this.hasOtherAdmin(tx, userKey))) return null;
    await tx.getRepository(User).update(
      { id: userKey },
      {
        email: `erased-${userKey}@erased.invalid`,
        name: 'Erased account',
        passwordHash: null,
        roles: ['CUSTOMER'],
        emailVerifiedAt: null,
        erasedAt: new Date(),
      },
    );
    return { email: user.email, name: user.name };
  }

  /** Ends what the cache holds of these accounts; call it after the commit of a change. */
  forget(keys: readonly number[]): Promise<void> {
    return this.cache.invalidate(keys);
  }
}

const UNIQUE_VIOLATION = '23505';
const CREDENTIALS = `SELECT id, email, roles, disabled_at AS "disabledAt", password_hash AS "passwordHash" FROM "user"`;
