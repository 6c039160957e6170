import { tearDown } from './left-for-teardown';

/** Stops what the set-up started. When Jest itself is killed, the servers end by themselves (guarded-process.ts). */
export default async function globalTeardown(): Promise<void> {
  await tearDown();
}
