import { globalId, type SubgraphClient } from '../../../platform/federation';
import { askSubgraph } from '../upstream';

/** How a customer can be reached, which belongs to the user subgraph. */
export interface ContactPort {
  /** `null` when the account is gone. @throws UPSTREAM_UNAVAILABLE */
  emailOf(userId: number, requestId: string): Promise<string | null>;
}

const CONTACTS = `query Contacts($ids: [ID!]!) { userContacts(ids: $ids) { email } }`;

export function createContactPort(user: SubgraphClient): ContactPort {
  return {
    emailOf: async (userId, requestId) => {
      const ids = [globalId('User', userId)];
      const data = await askSubgraph<{ userContacts: ({ email: string } | null)[] }>(user, CONTACTS, { ids }, requestId);
      return data.userContacts[0]?.email ?? null;
    },
  };
}
