import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { accountRegistered, EmailTaken, InvalidCredentials, provedToBe, type AccountService, type User } from '../account';
import type { MailService } from '../mail';
import { failed, succeeded, type Outcome } from '../outcome';
import { weaknessOf, type GateFailure, type PasswordGate, type WeakPassword } from '../password';
import type { IssuedTokens, SessionService } from '../session';
import { readEmail, readLine, readPassword } from '../text-input';
import type { TicketService } from '../ticket';

export interface SignInDependencies {
  readonly database: DataSource;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
  readonly passwords: PasswordGate;
  readonly tickets: TicketService;
  readonly mails: MailService;
}

interface SignedIn {
  readonly user: User;
  readonly tokens: IssuedTokens;
}

/** Opens accounts and lets people in. */
export class SignInService {
  constructor(private readonly deps: SignInDependencies) {}

  async register(input: {
    email: string;
    name: string;
    password: string;
  }): Promise<Outcome<SignedIn, EmailTaken | WeakPassword>> {
    const { database, accounts, sessions, passwords, tickets, mails } = this.deps;
    const email = readEmail(input.email);
    const name = readLine(input.name, 'input.name', 1, 200);
    const password = readPassword(input.password, 'input.password');
    const weakness = weaknessOf(password, email, 'input.password');
    if (weakness) return failed(weakness);
    const passwordHash = await passwords.hash(password);
    const grant = await inTransaction(database, async (tx) => {
      const userKey = await accounts.create(tx, { email, name, passwordHash });
      if (userKey === null) return null;
      const token = await tickets.issue(tx, 'EMAIL_VERIFICATION', userKey, email);
      await mails.write(tx, 'VERIFY_EMAIL', email, { name, token });
      await recordEvents(tx, [accountRegistered(userKey)]);
      return sessions.open(tx, userKey, passwordHash);
    });
    if (!grant) return failed(new EmailTaken());
    await accounts.forget([grant.userKey]);
    return succeeded({ user: provedToBe(await accounts.current(grant.userKey)), tokens: await sessions.tokensOf(grant) });
  }

  async logIn(input: { email: string; password: string }): Promise<Outcome<SignedIn, GateFailure>> {
    const { database, accounts, sessions, passwords } = this.deps;
    const email = readEmail(input.email);
    const password = readPassword(input.password, 'input.password');
    // Once more when the account changed between the look at its password and the session: then what it is now decides.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const credentials = await passwords.check(email, password);
      if (!('passwordHash' in credentials)) return failed(credentials);
      const { id, passwordHash } = credentials;
      const grant = await inTransaction(database, (tx) => sessions.open(tx, id, passwordHash));
      if (!grant) continue;
      const renewedHash = await passwords.renewed(passwordHash, password);
      if (renewedHash !== null) await accounts.setPasswordHash(database.manager, id, renewedHash, passwordHash);
      return succeeded({ user: provedToBe(await accounts.current(id)), tokens: await sessions.tokensOf(grant) });
    }
    return failed(new InvalidCredentials());
  }
}
