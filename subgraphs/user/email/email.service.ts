import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { accountChanged, EmailTaken, type AccountService } from '../account';
import { TooManyAttempts, type AttemptService } from '../attempt';
import type { MailService } from '../mail';
import { failed, succeeded, type Outcome } from '../outcome';
import type { GateFailure, PasswordGate } from '../password';
import { readEmail, readPassword, readToken } from '../text-input';
import { TokenInvalid, type TicketService, type TokenExpired } from '../ticket';

export interface EmailDependencies {
  readonly database: DataSource;
  readonly accounts: AccountService;
  readonly attempts: AttemptService;
  readonly passwords: PasswordGate;
  readonly tickets: TicketService;
  readonly mails: MailService;
}

/** Proves that an address belongs to an account's owner, and changes it for another proven one. */
export class EmailService {
  constructor(private readonly deps: EmailDependencies) {}

  /** Answers alike for known and unknown addresses. */
  async requestVerification(input: { email: string }): Promise<Outcome<{ isAccepted: boolean }, TooManyAttempts>> {
    const { database, accounts, attempts, tickets, mails } = this.deps;
    const email = readEmail(input.email);
    const retryAfterSeconds = await attempts.count('EMAIL_VERIFICATION', email);
    if (retryAfterSeconds > 0) return failed(TooManyAttempts.after(retryAfterSeconds));
    await inTransaction(database, async (tx) => {
      const known = await accounts.credentialsByEmail(email, tx);
      if (!known || known.disabledAt) return;
      const user = await accounts.current(known.id, tx);
      if (user.emailVerifiedAt) return;
      const token = await tickets.issue(tx, 'EMAIL_VERIFICATION', user.id, user.email);
      await mails.write(tx, 'VERIFY_EMAIL', user.email, { name: user.name, token });
    });
    return succeeded({ isAccepted: true });
  }

  async verify(input: { token: string }): Promise<Outcome<{ email: string }, TokenInvalid | TokenExpired>> {
    const { database, accounts, tickets } = this.deps;
    const token = readToken(input.token, 'input.token');
    const outcome = await inTransaction(database, async (tx) => {
      const ticket = await tickets.look(tx, 'EMAIL_VERIFICATION', token);
      if (!('userKey' in ticket)) return failed(ticket);
      const { userKey, email } = ticket;
      await tickets.use(tx, 'EMAIL_VERIFICATION', userKey);
      if (email === null || !(await accounts.markVerified(tx, userKey, email))) return failed(new TokenInvalid());
      await recordEvents(tx, [accountChanged(userKey)]);
      return succeeded({ userKey, email });
    });
    if ('userKey' in outcome) await accounts.forget([outcome.userKey]);
    return outcome;
  }

  /** A new address that somebody has gets no mail, and the answer does not tell: else this would be a way to ask who has an account. */
  async requestChange(
    userKey: number,
    input: { newEmail: string; password: string },
  ): Promise<Outcome<{ isAccepted: boolean }, GateFailure>> {
    const { database, accounts, attempts, passwords, tickets, mails } = this.deps;
    const newEmail = readEmail(input.newEmail, 'input.newEmail');
    const credentials = await passwords.confirm(userKey, readPassword(input.password, 'input.password'), 'input.password');
    if (!('passwordHash' in credentials)) return failed(credentials);
    const retryAfterSeconds = await attempts.count('EMAIL_VERIFICATION', newEmail);
    if (retryAfterSeconds > 0) return failed(TooManyAttempts.after(retryAfterSeconds));
    await inTransaction(database, async (tx) => {
      if (await accounts.credentialsByEmail(newEmail, tx)) return;
      const { name } = await accounts.current(userKey, tx);
      const token = await tickets.issue(tx, 'EMAIL_CHANGE', userKey, newEmail);
      await mails.write(tx, 'CONFIRM_NEW_EMAIL', newEmail, { name, token });
    });
    return succeeded({ isAccepted: true });
  }

  /** Links that were mailed to the old address die with it. */
  async confirmChange(input: { token: string }): Promise<Outcome<{ email: string }, TokenInvalid | TokenExpired | EmailTaken>> {
    const { database, accounts, tickets, mails } = this.deps;
    const token = readToken(input.token, 'input.token');
    const outcome = await inTransaction(database, async (tx) => {
      const ticket = await tickets.look(tx, 'EMAIL_CHANGE', token);
      if (!('userKey' in ticket)) return failed(ticket);
      const { userKey, email } = ticket;
      const credentials = await accounts.credentialsByKey(userKey, tx);
      if (email === null || !credentials || credentials.disabledAt) return failed(new TokenInvalid());
      const { name } = await accounts.current(userKey, tx);
      if (!(await accounts.setEmail(tx, userKey, email)))
        return failed(Object.assign(new EmailTaken(), { path: ['input', 'token'] }));
      for (const purpose of ['EMAIL_CHANGE', 'EMAIL_VERIFICATION', 'PASSWORD_RESET'] as const)
        await tickets.use(tx, purpose, userKey);
      await mails.write(tx, 'EMAIL_CHANGED', credentials.email, { name, newEmail: email });
      await recordEvents(tx, [accountChanged(userKey)]);
      return succeeded({ userKey, email });
    });
    if ('userKey' in outcome) await accounts.forget([outcome.userKey]);
    return outcome;
  }
}
