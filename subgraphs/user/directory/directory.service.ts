import { IsNull, type DataSource, type EntityManager } from 'typeorm';
import type { Role } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import { badInput } from '../../../platform/errors';
import { recordEvents } from '../../../platform/events';
import type { Page, PageRequest } from '../../../platform/federation';
import {
  accessEnded,
  accountChanged,
  AccountVersionConflict,
  LastAdmin,
  NotToYourself,
  User,
  UserNotFound,
  type AccountService,
} from '../account';
import { failed, succeeded, type Failed, type Outcome } from '../outcome';
import type { SessionService } from '../session';
import { readDirectoryPage, type DirectoryFilter } from './directory-page';
import type { UserSort } from './directory.args';

export interface DirectoryDependencies {
  readonly database: DataSource;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
}

/** What administrators do with the accounts of others. */
export class DirectoryService {
  constructor(private readonly deps: DirectoryDependencies) {}

  page(filter: DirectoryFilter, sort: UserSort, page: PageRequest): Promise<Page<User>> {
    return readDirectoryPage(this.deps.database, filter, sort, page);
  }

  /** Access tokens with the old roles die at once; sessions go on and get the new roles when they refresh. */
  async setRoles(
    adminKey: number,
    userKey: number,
    change: { roles: readonly Role[]; expectedVersion?: number | null },
  ): Promise<Outcome<{ user: User }, UserNotFound | NotToYourself | LastAdmin | AccountVersionConflict>> {
    const roles = [...new Set(change.roles)].sort();
    if (roles.length === 0) throw badInput('input.roles', 'must hold one role at least');
    return this.change(userKey, async (tx, user) => {
      const losesAdmin = user.roles.includes('ADMIN') && !roles.includes('ADMIN');
      if (losesAdmin && userKey === adminKey) return new NotToYourself();
      if (typeof change.expectedVersion === 'number' && change.expectedVersion !== user.version)
        return AccountVersionConflict.of(user);
      if (losesAdmin && !(await this.deps.accounts.hasOtherAdmin(tx, userKey))) return new LastAdmin();
      await tx.getRepository(User).update({ id: userKey }, { roles });
      await recordEvents(tx, [accountChanged(userKey), accessEnded(userKey, 'ROLES_CHANGED')]);
      return null;
    });
  }

  /** Ends all sessions of the account; disabling it twice is no failure. */
  async disable(adminKey: number, userKey: number): Promise<Outcome<{ user: User }, UserNotFound | NotToYourself | LastAdmin>> {
    return this.change(userKey, async (tx, user) => {
      if (userKey === adminKey) return new NotToYourself();
      if (user.disabledAt) return null;
      if (user.roles.includes('ADMIN') && !(await this.deps.accounts.hasOtherAdmin(tx, userKey))) return new LastAdmin();
      await tx.getRepository(User).update({ id: userKey }, { disabledAt: new Date() });
      await recordEvents(tx, [accountChanged(userKey)]);
      await this.deps.sessions.endAll(tx, userKey, 'DISABLED');
      return null;
    });
  }

  async enable(userKey: number): Promise<Outcome<{ user: User }, UserNotFound>> {
    return this.change<never>(userKey, async (tx, user) => {
      if (!user.disabledAt) return null;
      await tx.getRepository(User).update({ id: userKey }, { disabledAt: null });
      await recordEvents(tx, [accountChanged(userKey)]);
      return null;
    });
  }

  /** Runs `work` on the locked account; what it answers is why nothing was changed, `null` when all is well. */
  private async change<E>(
    userKey: number,
    work: (tx: EntityManager, user: User) => Promise<E | null>,
  ): Promise<Outcome<{ user: User }, E | UserNotFound>> {
    const { database, accounts } = this.deps;
    const failure = await inTransaction<Failed<E | UserNotFound> | null>(database, async (tx) => {
      // All administrators first, in order: see `hasOtherAdmin`, which locks them too. Else two changes could wait for each other.
      await tx.query(`SELECT id FROM "user" WHERE roles @> '{ADMIN}' ORDER BY id FOR NO KEY UPDATE`);
      const user = await tx
        .getRepository(User)
        .findOne({ where: { id: userKey, erasedAt: IsNull() }, lock: { mode: 'for_no_key_update' } });
      const problem = user ? await work(tx, user) : new UserNotFound();
      return problem === null ? null : failed<E | UserNotFound>(problem);
    });
    if (failure) return failure;
    await accounts.forget([userKey]);
    return succeeded({ user: await accounts.current(userKey) });
  }
}
