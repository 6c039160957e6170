import type { Settings } from '../../platform/config';
import { loadPart } from '../compose/not-yet';
import { step } from '../print';

export interface DemoAccount {
  /** `customer`, `staff` or `admin`. */
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

/** What `cli/seed` offers. */
interface SeedModule {
  readonly DEMO_ACCOUNTS: readonly DemoAccount[];
  /** Whether the databases hold nothing yet, so that seeding them overwrites nobody's work. */
  isShopEmpty(databases: Settings['databases']): Promise<boolean>;
  seedShop(databases: Settings['databases'], options: object): Promise<unknown>;
}

/** Fills empty databases with the demo shop. */
export async function seedWhenEmpty(settings: Settings): Promise<void> {
  const seed = loadSeed();
  if (!seed || !(await seed.isShopEmpty(settings.databases))) return;
  await step('demo shop', async () => void (await seed.seedShop(settings.databases, {})));
}

export function demoAccounts(): readonly DemoAccount[] {
  return loadSeed()?.DEMO_ACCOUNTS ?? [];
}

function loadSeed(): SeedModule | null {
  return loadPart<SeedModule>(() => require('../seed'));
}
