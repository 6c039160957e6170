import type { Settings } from '../../platform/config';
import { step } from '../print';
import { DEMO_ACCOUNTS, isShopEmpty, seedShop, type DemoAccount } from '../seed';

/** Fills empty databases with the demo shop. */
export async function seedWhenEmpty({ databases, currency }: Settings): Promise<void> {
  if (await isShopEmpty(databases)) await step('demo shop', () => seedShop(databases, { currency }));
}

export function demoAccounts(): readonly DemoAccount[] {
  return DEMO_ACCOUNTS;
}
