import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Json } from './viewers';
import { askAs, PASSWORD, type Account, type World } from './world';

/** Events carry the news, so it may take a moment. */
const PATIENCE_MS = 5_000;

/** Takes rights away and looks whether the tokens that carried them still work. @returns what still works */
export async function stillLetIn(world: World): Promise<string[]> {
  const admin = world.account('admin');
  const found: string[] = [];
  const takings: readonly [string, (staff: Account) => Promise<unknown>][] = [
    ['whose roles were taken', (staff) => change(world, admin, 'setUserRoles', { userId: staff.id, roles: ['CUSTOMER'] })],
    ['whose account was disabled', (staff) => change(world, admin, 'disableUser', { userId: staff.id })],
    ['who logged out everywhere', (staff) => change(world, staff, 'logOutEverywhere', {})],
  ];
  for (const [who, take] of takings) {
    const staff = await world.throwaway('staff');
    if (!staff) throw new Error('staff has an account');
    await take(staff);
    const code = await codeAfterAWhile(world, staff);
    if (code !== 'UNAUTHENTICATED') found.push(`the access token of staff ${who} gets ${code}`);
  }
  return [...found, ...(await repeatsAsCustomer(world))];
}

/** Who was staff must not read an order by repeating a request that they made while they were. */
async function repeatsAsCustomer(world: World): Promise<string[]> {
  const staff = await world.throwaway('staff');
  if (!staff) throw new Error('staff has an account');
  const input = { orderId: (await world.order()).id, reason: 'Out of stock', idempotencyKey: randomUUID() };
  await change(world, staff, 'cancelOrder', input);
  await change(world, world.account('admin'), 'setUserRoles', { userId: staff.id, roles: ['CUSTOMER'] });
  await codeAfterAWhile(world, staff);
  const entered = await change(world, null, 'logIn', { email: staff.email, password: PASSWORD }, 'tokens { accessToken }');
  const { accessToken: token } = entered['tokens'] as { accessToken: string };
  const { data } = await askAs(world, { ...staff, token }, mutation('cancelOrder', 'order { email }'), { input });
  const repeated = data?.['done'] as { order: Json | null } | undefined;
  return repeated?.order ? ['who was staff reads an order by repeating a request'] : [];
}

async function codeAfterAWhile(world: World, account: Account): Promise<string> {
  for (const deadlineMs = Date.now() + PATIENCE_MS; ; await delay(50)) {
    const { errors } = await askAs(world, account, '{ users(first: 1) { totalCount } }', {});
    const code = errors ? String(errors[0]?.extensions?.['code']) : 'allowed';
    if (code !== 'allowed' || Date.now() > deadlineMs) return code;
  }
}

async function change(world: World, account: Account | null, name: string, input: Json, answer = '__typename'): Promise<Json> {
  const { data, errors } = await askAs(world, account, mutation(name, answer), { input });
  const done = data?.['done'] as (Json & { errors: unknown[] }) | undefined;
  if (!done || done.errors.length > 0) throw new Error(`${name} failed: ${JSON.stringify(errors ?? done)}`);
  return done;
}

function mutation(name: string, answer: string): string {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${inputType}!) { done: ${name}(input: $input) { ${answer} errors { __typename } } }`;
}
