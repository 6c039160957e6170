import type { DataSource, EntityManager } from 'typeorm';
import type { Role } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { AccessEndReason, SessionEndReason } from '../../../schema/events/user-events';
import { accessEnded, AccountDisabled } from '../account';
import { failed, succeeded, type Failed, type Outcome } from '../outcome';
import type { SigningKeyService } from '../signing-key';
import { TokenExpired, TokenInvalid } from '../ticket';
import { readToken } from '../text-input';
import { lockPresented, newestAfter, NOW_MS, sessionOfToken } from './presented-token';
import { hashOfSecret, newRefreshSecret, newSuccessorSalt, successorOf } from './refresh-secret';
import { SessionEnded } from './session.errors';
import { sessionRevoked } from './session.events';

/** What a session's transaction leaves behind; {@link SessionService.tokensOf} makes tokens of it after the commit. */
export interface SessionGrant {
  readonly userKey: number;
  readonly roles: readonly Role[];
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
  /** By the database's clock and under the account's lock: whatever ends access afterwards is later, and ends this too. */
  readonly issuedAtMs: number;
}

export interface IssuedTokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
  readonly tokenType: string;
}

export interface SessionTimes {
  readonly refreshTokenSeconds: number;
  readonly refreshGraceSeconds: number;
}

export interface SessionRecord {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endedReason: string | null;
}

interface OpenedRow {
  readonly id: string;
  readonly expiresAt: Date;
  readonly roles: Role[];
  readonly issuedAtMs: number;
}

type RefreshFailure = TokenInvalid | TokenExpired | SessionEnded | AccountDisabled;

/** Sessions: opened by a log-in, kept by refreshing, ended by logging out, by a changed password, or by a stolen token. */
export class SessionService {
  constructor(
    private readonly database: DataSource,
    private readonly keys: SigningKeyService,
    private readonly times: SessionTimes,
  ) {}

  /**
   * Opens a session inside `tx`, under a lock of the account: a change of roles, password or state comes wholly before,
   * and counts, or wholly after, and ends this session too. `null` when the account is not any more the one that was
   * judged: another password hash, disabled or gone.
   */
  async open(tx: EntityManager, userKey: number, passwordHash: string): Promise<SessionGrant | null> {
    const refreshToken = newRefreshSecret();
    const [row] = await tx.query<OpenedRow[]>(
      `WITH account AS (
         SELECT id, roles FROM "user"
         WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL AND erased_at IS NULL FOR SHARE
       ), opened AS (
         INSERT INTO session (user_id, expires_at) SELECT id, now() + make_interval(secs => $3) FROM account RETURNING id, expires_at
       ), token AS (INSERT INTO refresh_token (token_hash, session_id) SELECT $4, id FROM opened)
       SELECT opened.id, opened.expires_at AS "expiresAt", account.roles, ${NOW_MS} AS "issuedAtMs" FROM opened, account`,
      [userKey, passwordHash, this.times.refreshTokenSeconds, hashOfSecret(refreshToken)],
    );
    if (!row) return null;
    const { id: sessionId, roles, expiresAt, issuedAtMs } = row;
    return { userKey, roles, sessionId, refreshToken, refreshTokenExpiresAt: expiresAt, issuedAtMs };
  }

  /** Signs the tokens of a grant; call it after the commit, so that a token never outlives a rolled-back session. */
  async tokensOf(grant: SessionGrant): Promise<IssuedTokens> {
    const claims = { sub: globalId('User', grant.userKey), roles: grant.roles, sid: grant.sessionId };
    const access = await this.keys.sign(claims, grant.issuedAtMs);
    return {
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt,
      refreshToken: grant.refreshToken,
      refreshTokenExpiresAt: grant.refreshTokenExpiresAt,
      tokenType: 'Bearer',
    };
  }

  /**
   * Rotates a refresh token. The first use yields a successor; another use within the grace window yields the same
   * successor (two tabs, a lost answer), or the newest if that was rotated too; any later use means that two parties hold the token, and ends the session.
   */
  async refresh(presented: string): Promise<Outcome<{ userKey: number; tokens: IssuedTokens }, RefreshFailure>> {
    const secret = readToken(presented, 'input.refreshToken');
    const grant = await inTransaction(this.database, async (tx) => this.rotate(tx, secret));
    if ('errors' in grant) return grant;
    return succeeded({ userKey: grant.userKey, tokens: await this.tokensOf(grant) });
  }

  /** Ends one session; answers how many ended, 0 or 1. */
  async end(tx: EntityManager, sessionId: string, reason: SessionEndReason): Promise<number> {
    const ended = await endSessions(tx, 'id = $1', [sessionId, reason]);
    await recordEvents(
      tx,
      ended.map((session) => sessionRevoked(session.id, session.user_id, reason)),
    );
    return ended.length;
  }

  /** Ends all sessions of a user but `keptSessionId`, each by an event of its own, so that the kept one goes on untouched. */
  async endOthers(tx: EntityManager, userKey: number, keptSessionId: string | null, reason: SessionEndReason): Promise<number> {
    const ended = await endSessions(tx, 'user_id = $1 AND id IS DISTINCT FROM $3::uuid', [userKey, reason, keptSessionId]);
    await recordEvents(
      tx,
      ended.map((session) => sessionRevoked(session.id, session.user_id, reason)),
    );
    return ended.length;
  }

  /** Ends all sessions of a user, and the access tokens that were issued so far. */
  async endAll(tx: EntityManager, userKey: number, reason: AccessEndReason): Promise<number> {
    const ended = await endSessions(tx, 'user_id = $1', [userKey, reason]);
    await recordEvents(tx, [accessEnded(userKey, reason)]);
    return ended.length;
  }

  /** Logs out the session of a refresh token or, without one, the viewer's own. */
  async logOut(
    refreshToken: string | null,
    ownSessionId: string | null,
  ): Promise<Outcome<{ endedSessions: number }, TokenInvalid>> {
    const secret = refreshToken === null ? null : readToken(refreshToken, 'input.refreshToken');
    return inTransaction(this.database, async (tx) => {
      const sessionId = secret === null ? ownSessionId : await sessionOfToken(tx, secret);
      if (sessionId === null) return failed(new TokenInvalid());
      return succeeded({ endedSessions: await this.end(tx, sessionId, 'LOGGED_OUT') });
    });
  }

  async logOutEverywhere(userKey: number, keptSessionId: string | null): Promise<Outcome<{ endedSessions: number }, never>> {
    return inTransaction(this.database, async (tx) => {
      const endedSessions =
        keptSessionId === null
          ? await this.endAll(tx, userKey, 'LOGGED_OUT')
          : await this.endOthers(tx, userKey, keptSessionId, 'LOGGED_OUT');
      return succeeded({ endedSessions });
    });
  }

  /** The sessions that a data export lists, newest first. */
  async historyOf(userKey: number): Promise<SessionRecord[]> {
    return this.database.query<SessionRecord[]>(
      `SELECT created_at AS "createdAt", expires_at AS "expiresAt", ended_at AS "endedAt", ended_reason AS "endedReason"
       FROM session WHERE user_id = $1 ORDER BY created_at DESC, id LIMIT 1000`,
      [userKey],
    );
  }

  private async rotate(tx: EntityManager, secret: string): Promise<SessionGrant | Failed<RefreshFailure>> {
    const token = await lockPresented(tx, secret);
    if (!token) return failed(new TokenInvalid());
    if (token.isEnded) return failed(new SessionEnded());
    if (token.isExpired) return failed(new TokenExpired());
    if (token.isDisabled) return failed(new AccountDisabled());
    const { sessionId, userKey, roles, issuedAtMs } = token;
    if (token.secondsSinceRotation === null) {
      const { refreshToken, expiresAt } = await this.writeSuccessor(tx, secret, sessionId);
      return { userKey, roles, sessionId, refreshToken, refreshTokenExpiresAt: expiresAt, issuedAtMs };
    }
    if (token.successorSalt && token.secondsSinceRotation <= this.times.refreshGraceSeconds) {
      const refreshToken = await newestAfter(tx, secret, token.successorSalt);
      return { userKey, roles, sessionId, refreshToken, refreshTokenExpiresAt: token.expiresAt, issuedAtMs };
    }
    await this.end(tx, sessionId, 'TOKEN_REUSED');
    return failed(new SessionEnded());
  }

  private async writeSuccessor(
    tx: EntityManager,
    secret: string,
    sessionId: string,
  ): Promise<{ refreshToken: string; expiresAt: Date }> {
    const salt = newSuccessorSalt();
    const refreshToken = successorOf(secret, salt);
    const [row] = await tx.query<{ expires_at: Date }[]>(
      `WITH used AS (UPDATE refresh_token SET rotated_at = clock_timestamp(), successor_salt = $2 WHERE token_hash = $1),
         successor AS (INSERT INTO refresh_token (token_hash, session_id) VALUES ($3, $4)),
         kept AS (UPDATE session SET expires_at = now() + make_interval(secs => $5) WHERE id = $4 RETURNING expires_at)
       SELECT expires_at FROM kept`,
      [hashOfSecret(secret), salt, hashOfSecret(refreshToken), sessionId, this.times.refreshTokenSeconds],
    );
    if (!row) throw new Error('a session vanished under its lock');
    return { refreshToken, expiresAt: row.expires_at };
  }
}

/** `$2` is the reason; `condition` may use `$1` and from `$3` on. */
async function endSessions(
  tx: EntityManager,
  condition: string,
  parameters: unknown[],
): Promise<{ id: string; user_id: number }[]> {
  return tx.query(
    `WITH ended AS (
       UPDATE session SET ended_at = now(), ended_reason = $2 WHERE ${condition} AND ended_at IS NULL RETURNING id, user_id
     ) SELECT id, user_id FROM ended`,
    parameters,
  );
}
