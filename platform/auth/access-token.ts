/** Who issues access tokens (`iss`): the user subgraph writes it, the gateway accepts no other. */
export const TOKEN_ISSUER = 'mercato';

/** The one signature algorithm of access tokens (Ed25519). */
export const TOKEN_ALGORITHM = 'EdDSA';

/** What an access token says. */
export interface AccessTokenClaims {
  readonly iss: typeof TOKEN_ISSUER;
  /** The user's opaque id. */
  readonly sub: string;
  readonly roles: readonly string[];
  /** The session: all tokens that one log-in led to. */
  readonly sid: string;
  /** Seconds with a fraction of milliseconds, so that a token made right after an `account.access_ended` counts as newer. */
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
}
