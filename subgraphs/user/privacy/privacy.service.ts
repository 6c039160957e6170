import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import { accountErased, LastAdmin, type AccountService } from '../account';
import type { AddressService } from '../address';
import type { MailService } from '../mail';
import { failed, succeeded, type Outcome } from '../outcome';
import type { GateFailure, PasswordGate } from '../password';
import type { SessionService } from '../session';
import { readPassword } from '../text-input';
import type { TicketService } from '../ticket';

export interface PrivacyDependencies {
  readonly database: DataSource;
  readonly accounts: AccountService;
  readonly addresses: AddressService;
  readonly sessions: SessionService;
  readonly passwords: PasswordGate;
  readonly tickets: TicketService;
  readonly mails: MailService;
}

export interface GatheredData {
  readonly userKey: number;
  readonly exportedAt: Date;
  readonly account: object;
}

/** What the law grants everybody: to see what is held about them, and to have it erased. */
export class PrivacyService {
  constructor(private readonly deps: PrivacyDependencies) {}

  async export(userKey: number, input: { password: string }): Promise<Outcome<{ dataExport: GatheredData }, GateFailure>> {
    const credentials = await this.deps.passwords.confirm(
      userKey,
      readPassword(input.password, 'input.password'),
      'input.password',
    );
    if (!('passwordHash' in credentials)) return failed(credentials);
    return succeeded({ dataExport: await this.gather(userKey) });
  }

  async gather(userKey: number): Promise<GatheredData> {
    const { accounts, addresses, sessions } = this.deps;
    const [user, [book = []], history] = await Promise.all([
      accounts.current(userKey),
      addresses.ofUsers([userKey]),
      sessions.historyOf(userKey),
    ]);
    const { id: _key, passwordHash: _hash, ...account } = user;
    return {
      userKey,
      exportedAt: new Date(),
      account: {
        user: { id: globalId('User', userKey), ...account },
        addresses: book.map(({ id, userId: _owner, ...address }) => ({ id: globalId('Address', id), ...address })),
        sessions: history,
      },
    };
  }

  /**
   * Anonymises the account for good, in one transaction with the event that makes other subgraphs do the same. The last
   * mail goes to the old address and is deleted once it is sent.
   */
  async erase(userKey: number, input: { password: string }): Promise<Outcome<{ erasedUserId: string }, GateFailure | LastAdmin>> {
    const { database, accounts, addresses, sessions, passwords, tickets, mails } = this.deps;
    const credentials = await passwords.confirm(userKey, readPassword(input.password, 'input.password'), 'input.password');
    if (!('passwordHash' in credentials)) return failed(credentials);
    const isErased = await inTransaction(database, async (tx) => {
      const farewell = await accounts.erase(tx, userKey);
      if (!farewell) return false;
      await addresses.eraseAll(tx, userKey);
      await tickets.eraseAll(tx, userKey);
      await mails.eraseTo(tx, farewell.email);
      await mails.write(tx, 'ACCOUNT_ERASED', farewell.email, { name: farewell.name });
      await recordEvents(tx, [accountErased(userKey)]);
      await sessions.endAll(tx, userKey, 'ERASED');
      return true;
    });
    if (!isErased) return failed(new LastAdmin());
    await accounts.forget([userKey]);
    return succeeded({ erasedUserId: globalId('User', userKey) });
  }
}
