import { AccountDisabled, InvalidCredentials, type AccountService, type Credentials } from '../account';
import { TooManyAttempts, type AttemptKind, type AttemptService } from '../attempt';
import { hashPassword, isOutdated, verifyPassword } from './password-hash';
import { Turnstile } from './turnstile';

export type GateFailure = InvalidCredentials | AccountDisabled | TooManyAttempts;

/** Credentials whose password was shown. */
export interface ProvenCredentials extends Credentials {
  readonly passwordHash: string;
}

/** Verifies and hashes passwords, never more at once than the machine can bear, never more often than a person needs. */
export class PasswordGate {
  private readonly turnstile = new Turnstile({ inside: 2, waiting: 64, retryAfterSeconds: 2 });
  /** Compared with when nobody has the e-mail address, so that this takes as long as a wrong password. */
  private readonly nobodysHash = hashPassword('nobody has this password');

  constructor(
    private readonly accounts: AccountService,
    private readonly attempts: AttemptService,
  ) {}

  /** @throws RATE_LIMITED when too many hash at once */
  hash(password: string): Promise<string> {
    return this.turnstile.pass(() => hashPassword(password));
  }

  /** Whose e-mail address and password these are. */
  check(email: string, password: string): Promise<ProvenCredentials | GateFailure> {
    return this.pass('LOG_IN', email, () => this.accounts.credentialsByEmail(email), password);
  }

  /** As {@link check}, for somebody who is signed in and proves once more that it is them. */
  async confirm(userKey: number, password: string, field: string): Promise<ProvenCredentials | GateFailure> {
    const find = (): Promise<Credentials | null> => this.accounts.credentialsByKey(userKey);
    const outcome = await this.pass('CONFIRMATION', `account ${userKey}`, find, password);
    return outcome instanceof InvalidCredentials ? InvalidCredentials.at(field) : outcome;
  }

  /** The hash to store instead of an outdated one; `null` when there is nothing to do. */
  async renewed(passwordHash: string, password: string): Promise<string | null> {
    return isOutdated(passwordHash) ? this.hash(password) : null;
  }

  /**
   * The try is counted inside the turnstile: that many right log-ins of one person at the same moment do not count as
   * guessing.
   */
  private pass(
    kind: AttemptKind,
    subject: string,
    find: () => Promise<Credentials | null>,
    password: string,
  ): Promise<ProvenCredentials | GateFailure> {
    return this.turnstile.pass(async () => {
      const retryAfterSeconds = await this.attempts.count(kind, subject);
      if (retryAfterSeconds > 0) return TooManyAttempts.after(retryAfterSeconds);
      const credentials = await find();
      const isRight = await verifyPassword(credentials?.passwordHash ?? (await this.nobodysHash), password);
      if (!credentials?.passwordHash || !isRight) return new InvalidCredentials();
      await this.attempts.clear(kind, subject);
      if (credentials.disabledAt) return new AccountDisabled();
      return { ...credentials, passwordHash: credentials.passwordHash };
    });
  }
}
