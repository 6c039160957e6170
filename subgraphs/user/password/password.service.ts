import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { accountChanged, InvalidCredentials, type AccountService } from '../account';
import { TooManyAttempts, type AttemptService } from '../attempt';
import type { MailService } from '../mail';
import { failed, succeeded, type Outcome } from '../outcome';
import type { SessionService } from '../session';
import { readEmail, readPassword, readToken } from '../text-input';
import { TokenInvalid, type TicketService, type TokenExpired } from '../ticket';
import type { GateFailure, PasswordGate } from './password-gate';
import { weaknessOf } from './password-rule';
import type { WeakPassword } from './password.errors';

export interface PasswordDependencies {
  readonly database: DataSource;
  readonly accounts: AccountService;
  readonly attempts: AttemptService;
  readonly sessions: SessionService;
  readonly gate: PasswordGate;
  readonly tickets: TicketService;
  readonly mails: MailService;
}

/** Changes passwords: by who knows the old one, or by who gets the account's mail. */
export class PasswordService {
  constructor(private readonly deps: PasswordDependencies) {}

  /** Ends all other sessions: whoever changes a password may have lost it. */
  async change(
    userKey: number,
    sessionId: string | null,
    input: { currentPassword: string; newPassword: string },
  ): Promise<Outcome<{ endedSessions: number }, GateFailure | WeakPassword>> {
    const { database, accounts, sessions, gate, mails, tickets } = this.deps;
    const newPassword = readPassword(input.newPassword, 'input.newPassword');
    const credentials = await gate.confirm(
      userKey,
      readPassword(input.currentPassword, 'input.currentPassword'),
      'input.currentPassword',
    );
    if (!('passwordHash' in credentials)) return failed(credentials);
    const weakness = weaknessOf(newPassword, credentials.email, 'input.newPassword');
    if (weakness) return failed(weakness);
    const passwordHash = await gate.hash(newPassword);
    const endedSessions = await inTransaction(database, async (tx) => {
      const user = await accounts.current(userKey, tx);
      if (!(await accounts.setPasswordHash(tx, userKey, passwordHash, credentials.passwordHash))) return null;
      await tickets.use(tx, 'PASSWORD_RESET', userKey);
      await mails.write(tx, 'PASSWORD_CHANGED', user.email, { name: user.name });
      await recordEvents(tx, [accountChanged(userKey)]);
      return sessions.endOthers(tx, userKey, sessionId, 'PASSWORD_CHANGED');
    });
    // Somebody else changed the password meanwhile, so the current one was not the current one any more.
    if (endedSessions === null) return failed(InvalidCredentials.at('input.currentPassword'));
    await accounts.forget([userKey]);
    return succeeded({ endedSessions });
  }

  /** Answers alike for known and unknown addresses; both count as an attempt, so both write and wait for the disk. */
  async requestReset(input: { email: string }): Promise<Outcome<{ isAccepted: boolean }, TooManyAttempts>> {
    const { database, accounts, attempts, tickets, mails } = this.deps;
    const email = readEmail(input.email);
    const retryAfterSeconds = await attempts.count('PASSWORD_RESET', email);
    if (retryAfterSeconds > 0) return failed(TooManyAttempts.after(retryAfterSeconds));
    await inTransaction(database, async (tx) => {
      const known = await accounts.credentialsByEmail(email, tx);
      if (!known || known.disabledAt) return;
      const { name } = await accounts.current(known.id, tx);
      const token = await tickets.issue(tx, 'PASSWORD_RESET', known.id, known.email);
      await mails.write(tx, 'RESET_PASSWORD', known.email, { name, token });
    });
    return succeeded({ isAccepted: true });
  }

  /** The token is used up only when the new password is good. All sessions end; the address counts as proven. */
  async reset(input: {
    token: string;
    newPassword: string;
  }): Promise<Outcome<{ email: string }, TokenInvalid | TokenExpired | WeakPassword>> {
    const { database, accounts, attempts, sessions, gate, tickets, mails } = this.deps;
    const token = readToken(input.token, 'input.token');
    const newPassword = readPassword(input.newPassword, 'input.newPassword');
    // Judged before hashing, so that guessing tokens does not cost us a hash each.
    const seen = await inTransaction(database, (tx) => tickets.look(tx, 'PASSWORD_RESET', token));
    if (!('userKey' in seen)) return failed(seen);
    const weakness = weaknessOf(newPassword, seen.email ?? '', 'input.newPassword');
    if (weakness) return failed(weakness);
    const passwordHash = await gate.hash(newPassword);
    const outcome = await inTransaction(database, async (tx) => {
      const ticket = await tickets.look(tx, 'PASSWORD_RESET', token);
      if (!('userKey' in ticket)) return failed(ticket);
      const { userKey, email } = ticket;
      await tickets.use(tx, 'PASSWORD_RESET', userKey);
      if (email === null || !(await accounts.markVerified(tx, userKey, email))) return failed(new TokenInvalid());
      const user = await accounts.current(userKey, tx);
      await accounts.setPasswordHash(tx, userKey, passwordHash);
      await mails.write(tx, 'PASSWORD_CHANGED', user.email, { name: user.name });
      await recordEvents(tx, [accountChanged(userKey)]);
      await sessions.endAll(tx, userKey, 'PASSWORD_RESET');
      return succeeded({ userKey, email: user.email });
    });
    if (!('userKey' in outcome)) return outcome;
    await Promise.all([accounts.forget([outcome.userKey]), attempts.clear('LOG_IN', outcome.email)]);
    return outcome;
  }
}
