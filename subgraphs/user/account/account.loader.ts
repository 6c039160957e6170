import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { User } from './account.entity';
import { maySeeUser } from './account.policy';
import type { AccountService } from './account.service';

/** The batches of the account slice. */
export function createAccountLoaders(accounts: AccountService) {
  return {
    /** Accounts that the viewer may see; `null` for all others. */
    visibleByKey: defineLoader<number, User | null, SubgraphContext>({
      name: 'visibleUserByKey',
      batch: async (keys, { viewer }) => {
        const users = await accounts.byKeys(keys);
        return users.map((user) => (user && maySeeUser(viewer, user) ? user : null));
      },
    }),
  };
}

export type AccountLoaders = ReturnType<typeof createAccountLoaders>;
