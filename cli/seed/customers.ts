import type { SeedAddress, SeedUser } from '../../subgraphs/user/seed';
import { Random } from './random';
import { slugOf } from './slug';
import { CITIES, FIRST_NAMES, LAST_NAMES } from './words';

export interface DemoAccount {
  /** `customer`, `staff` or `admin`. */
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

const PASSWORD = 'mercato-demo';

/** Accounts to sign in with; all customers of the demo shop have the same password. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { role: 'customer', email: 'customer@mercato.example', password: PASSWORD },
  { role: 'staff', email: 'staff@mercato.example', password: PASSWORD },
  { role: 'admin', email: 'admin@mercato.example', password: PASSWORD },
];

/** The keys of the demo accounts, in their order above. */
export const DEMO_CUSTOMER_ID = 1;
export const DEMO_STAFF_ID = 2;

const DAY_MS = 86_400_000;
const DEMO_NAMES = ['Ida Customer', 'Mats Staff', 'Clara Admin'];

/** The demo accounts, then `count` customers. */
export function makeUsers(count: number, endsAt: Date): SeedUser[] {
  const demo = DEMO_ACCOUNTS.map(({ role, email }, at): SeedUser => ({
    ...person(at, endsAt),
    email,
    name: DEMO_NAMES[at] ?? role,
    roles: role === 'admin' ? ['CUSTOMER', 'STAFF', 'ADMIN'] : role === 'staff' ? ['CUSTOMER', 'STAFF'] : ['CUSTOMER'],
    createdAt: new Date(endsAt.getTime() - 400 * DAY_MS),
    isVerified: true,
  }));
  return [...demo.map(withOwnName), ...Array.from({ length: count }, (_, at) => person(at + demo.length, endsAt))];
}

/** Somebody who does not exist, always the same for a number. */
export function person(index: number, endsAt: Date): SeedUser {
  const random = new Random('person', index);
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const name = `${first} ${last}`;
  return {
    id: index + 1,
    email: `${slugOf(first)}.${slugOf(last)}.${index + 1}@example.com`,
    name,
    password: PASSWORD,
    roles: ['CUSTOMER'],
    // Before the first order, so that nobody buys before they are there.
    createdAt: new Date(Math.floor(endsAt.getTime() - random.between(366, 900) * DAY_MS)),
    isVerified: random.chance(0.85),
    addresses: Array.from({ length: random.chance(0.2) ? 2 : 1 }, () => address(name, random)),
  };
}

function withOwnName(user: SeedUser): SeedUser {
  return { ...user, addresses: user.addresses.map((each) => ({ ...each, name: user.name })) };
}

function address(name: string, random: Random): SeedAddress {
  const { city, countryCode, postal, streets } = random.pick(CITIES);
  return {
    name,
    line1: `${random.pick(streets)} ${random.int(1, 148)}`,
    city,
    countryCode,
    postalCode: postal.replaceAll('#', () => String(random.int(0, 9))),
    phone: null,
  };
}
