import type { ClientBase } from 'pg';
import type { Role } from '../../../platform/auth';
import { copyRows, type CopyCell } from '../../../platform/db';
import { hashPassword } from '../password';

export interface SeedUser {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  readonly isVerified: boolean;
  /** The first one is the default. */
  readonly addresses: readonly SeedAddress[];
}

export interface SeedAddress {
  readonly name: string;
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
  readonly countryCode: string;
  readonly phone: string | null;
}

export async function isUserDatabaseEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT EXISTS (SELECT 1 FROM "user") AS taken');
  return rows[0]?.taken === false;
}

/** Fills an empty user database by COPY, in the caller's transaction. Equal passwords are hashed once. */
export async function writeUsers(client: ClientBase, users: readonly SeedUser[]): Promise<void> {
  const hashes = new Map<string, string>();
  for (const { password } of users) if (!hashes.has(password)) hashes.set(password, await hashPassword(password));
  await copyRows(
    client,
    '"user"',
    ['id', 'email', 'name', 'password_hash', 'roles', 'email_verified_at', 'created_at', 'updated_at'],
    users.map((user): CopyCell[] => [
      user.id,
      user.email,
      user.name,
      hashes.get(user.password) ?? null,
      user.roles,
      user.isVerified ? user.createdAt : null,
      user.createdAt,
      user.createdAt,
    ]),
  );
  await copyRows(
    client,
    'address',
    ['user_id', 'name', 'line1', 'city', 'postal_code', 'country_code', 'phone', 'is_default', 'created_at', 'updated_at'],
    users.flatMap(({ id, addresses, createdAt }) =>
      addresses.map(({ name, line1, city, postalCode, countryCode, phone }, at): CopyCell[] => [
        id,
        name,
        line1,
        city,
        postalCode,
        countryCode,
        phone,
        at === 0,
        createdAt,
        createdAt,
      ]),
    ),
  );
  await client.query(`SELECT setval(pg_get_serial_sequence('"user"', 'id'), (SELECT coalesce(max(id), 1) FROM "user"))`);
}
